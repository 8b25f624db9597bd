import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { hasModifier, lineOf } from "../source_file.ts";
import ts from "typescript";

/** A declaration has the same name in every file. */
export const defaultExports: Rule = {
  name: "src, tests and tools have no default exports",
  mend: "export it by its name",
  *check(project) {
    for (const file of filesUnder(project, "src/", "mod.ts", "tests/", "tools/")) {
      for (const statement of file.tree.statements) {
        if (isDefault(statement)) {
          yield { path: file.path, line: lineOf(file, statement), what: "a default export" };
        }
      }
    }
  },
  broken: [
    { tree: { "src/a.ts": "\nexport default 1;" }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": "export default function a() {}" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "const a = 1; export { a as default };" }, at: "src/a.ts:1" },
  ],
  kept: [{ "src/a.ts": "export const a = 1;", "examples/tasks/a.ts": "export default 1;" }],
};

function isDefault(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  if (hasModifier(statement, ts.SyntaxKind.DefaultKeyword)) return true;
  const named = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
  return named !== undefined && ts.isNamedExports(named) &&
    named.elements.some((element) => element.name.text === "default");
}
