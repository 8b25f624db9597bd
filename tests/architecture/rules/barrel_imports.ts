import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import type { SourceFile } from "../source_file.ts";
import ts from "typescript";

/** An import from a barrel loads all of it, and closes import cycles that are hard to see. */
export const barrelImports: Rule = {
  name: "code in src imports the file that declares the thing, never a barrel",
  mend: "import from the file that declares it",
  *check(project) {
    for (const file of filesUnder(project, "src/")) {
      for (const { specifier, target, line } of file.imports) {
        const self = specifier === "carillon" || specifier.startsWith("carillon/");
        const imported = target === undefined ? undefined : project.files.get(target);
        if (!self && target !== "mod.ts" && !(imported !== undefined && isBarrel(imported))) continue;
        yield { path: file.path, line, what: `imports ${specifier}, which declares nothing itself` };
      }
    }
  },
  broken: [
    { tree: { "src/a.ts": `import { b } from "../mod.ts";`, "mod.ts": "" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": `import { b } from "carillon/libsql";` }, at: "src/a.ts:1" },
    {
      tree: {
        "src/a/a.ts": `import { b } from "../b/index.ts";`,
        "src/b/index.ts": `export { b } from "./b.ts";`,
      },
      at: "src/a/a.ts:1",
    },
  ],
  kept: [{
    "src/a.ts": `import { b } from "./b.ts";`,
    "src/b.ts": `export type { C } from "./c.ts"; export const b = 1;`,
  }],
};

function isBarrel({ tree }: SourceFile): boolean {
  const statements = tree.statements;
  return statements.length > 0 &&
    statements.every((statement) =>
      ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined
    );
}
