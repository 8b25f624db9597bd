import type { Rule } from "../rule.ts";
import { lineOf } from "../source_file.ts";
import ts from "typescript";

/** A reader learns the whole public interface from mod.ts, and nothing gets into it by accident. */
export const tableOfContents: Rule = {
  name: "mod.ts holds named re-exports and nothing else",
  mend: 'write `export { name, type Other } from "./src/file.ts";`, and put code into a file of src',
  *check(project) {
    const file = project.files.get("mod.ts");
    if (file === undefined) return yield { path: "mod.ts", line: 1, what: "does not exist" };
    for (const statement of file.tree.statements) {
      const named = ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined &&
        statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause);
      if (named) continue;
      const [what = ""] = statement.getText(file.tree).split("\n");
      yield { path: file.path, line: lineOf(file, statement), what };
    }
  },
  broken: [
    { tree: {}, at: "mod.ts:1" },
    { tree: { "mod.ts": `export { a } from "./src/a.ts";\nexport * from "./src/b.ts";` }, at: "mod.ts:2" },
    { tree: { "mod.ts": `export * as b from "./src/b.ts";` }, at: "mod.ts:1" },
    { tree: { "mod.ts": `import "./src/a.ts";` }, at: "mod.ts:1" },
    { tree: { "mod.ts": `export const a = 1;` }, at: "mod.ts:1" },
  ],
  kept: [{
    "mod.ts":
      `/** What it is. */\nexport { a, type B } from "./src/a.ts";\nexport type { C } from "./src/c.ts";`,
  }],
};
