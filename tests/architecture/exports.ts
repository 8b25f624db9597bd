import { jsonFile, type Project } from "./project.ts";
import { hasModifier, type SourceFile } from "./source_file.ts";
import ts from "typescript";

/** A thing that a file exports, at its declaration; an overloaded function has several. */
export interface Exported {
  readonly name: string;
  readonly file: SourceFile;
  readonly declarations: readonly ts.Node[];
}

/** The declarations that a file exports. */
export function exportedBy(file: SourceFile): Exported[] {
  const all = new Map<string, ts.Node[]>();
  const local = localExports(file);
  for (const statement of file.tree.statements) {
    const exported = hasModifier(statement, ts.SyntaxKind.ExportKeyword);
    for (const [name, node] of declaredBy(statement)) {
      if (!exported && !local.has(name)) continue;
      all.set(name, [...all.get(name) ?? [], node]);
    }
  }
  return [...all].map(([name, declarations]) => ({ name, file, declarations }));
}

/** The names that an import of this file can use: its own exports, and those that it re-exports. */
export function reachableFrom(project: Project, path: string): Exported[] {
  const file = project.files.get(path);
  if (file === undefined) return [];
  const found = exportedBy(file);
  for (const { declaration, target } of reexports(file)) {
    const names = namesOf(declaration);
    const reachable = target === undefined ? [] : reachableFrom(project, target);
    found.push(...reachable.filter(({ name }) => names === undefined || names.has(name)));
  }
  return found;
}

/** Everything that can be imported from the package, through any of its entries. */
export function publicExports(project: Project): Exported[] {
  const entries = Object.values((jsonFile(project, "deno.json")["exports"] ?? {}) as Record<string, string>);
  const found = entries.flatMap((entry) => reachableFrom(project, entry.replace(/^\.\//, "")));
  const unique = new Map(found.map((exported) => [`${exported.file.path} ${exported.name}`, exported]));
  return [...unique.values()];
}

/** True if it exists at run time: not a type, not an interface. */
export function isValue({ declarations }: Exported): boolean {
  return declarations.some((node) => !ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node));
}

/** The doc comments of all its declarations. */
export function docComment({ declarations, file }: Exported): string {
  return declarations.flatMap(ts.getJSDocCommentsAndTags).map((doc) => doc.getText(file.tree)).join("\n");
}

function declaredBy(statement: ts.Statement): [string, ts.Node][] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((node) => [node.name.getText(), node]);
  }
  const named = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  return named && statement.name !== undefined ? [[statement.name.text, statement]] : [];
}

/** Names exported by a clause of their own: `export { a };`. */
function localExports({ tree }: SourceFile): ReadonlySet<string> {
  const clauses = tree.statements.filter(ts.isExportDeclaration).filter((node) =>
    node.moduleSpecifier === undefined
  );
  return new Set(clauses.flatMap((clause) => [...namesOf(clause) ?? []]));
}

function reexports(file: SourceFile) {
  return file.tree.statements.filter(ts.isExportDeclaration).flatMap((declaration) => {
    const specifier = declaration.moduleSpecifier;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return [];
    return [{ declaration, target: file.imports.find((use) => use.specifier === specifier.text)?.target }];
  });
}

/** The names that an export clause takes from the other file; undefined for all of them. */
function namesOf({ exportClause }: ts.ExportDeclaration): ReadonlySet<string> | undefined {
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return undefined;
  return new Set(exportClause.elements.map(({ propertyName, name }) => (propertyName ?? name).text));
}
