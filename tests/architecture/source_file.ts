import { posix } from "node:path";
import ts from "typescript";

/** A parsed TypeScript file. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  /** Its imports and re-exports, also those by `import()`. */
  readonly imports: readonly ImportUse[];
}

/** One import, re-export or `import()`. */
export interface ImportUse {
  readonly specifier: string;
  readonly line: number;
  /** The file that a relative specifier names, from the top folder; it may not exist. */
  readonly target: string | undefined;
  /** True if only types are taken, so that nothing is loaded at run time. */
  readonly isTypeOnly: boolean;
}

/** Parses a file. */
export function sourceFile(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, text, tree, imports: findImports(path, tree) };
}

/** The line of a node's first token, from 1. */
export function lineOf(file: SourceFile, node: ts.Node): number {
  return file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1;
}

/** The line of a position in a string, from 1. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

/** Visits a node and everything in it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** Every comment of a file with its line. */
export function comments(file: SourceFile): { readonly text: string; readonly line: number }[] {
  const seen = new Set<number>();
  const found: { text: string; line: number }[] = [];
  const note = (range: ts.CommentRange) => {
    if (seen.has(range.pos)) return;
    seen.add(range.pos);
    found.push({ text: file.text.slice(range.pos, range.end), line: lineAt(file.text, range.pos) });
  };
  // Tokens too, not only nodes: a comment may stand before a closing brace.
  const visit = (node: ts.Node) => {
    ts.getLeadingCommentRanges(file.text, node.getFullStart())?.forEach(note);
    ts.getTrailingCommentRanges(file.text, node.end)?.forEach(note);
    if (!ts.isJSDoc(node)) node.getChildren(file.tree).forEach(visit);
  };
  visit(file.tree);
  return found;
}

/** True if a declaration carries this keyword, such as `export` or `default`. */
export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind);
}

function findImports(path: string, tree: ts.SourceFile): ImportUse[] {
  const found: ImportUse[] = [];
  walk(tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
    found.push({ specifier, line, target: resolve(path, specifier), isTypeOnly: isTypeOnly(node) });
  });
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined;
  }
  const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return dynamic ? literal(node.arguments[0]) : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly === true;
  return ts.isImportTypeNode(node) || ts.isExportDeclaration(node) && node.isTypeOnly;
}

function literal(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function resolve(path: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
}
