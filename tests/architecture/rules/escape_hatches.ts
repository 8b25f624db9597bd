import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { comments, lineOf, walk } from "../source_file.ts";
import ts from "typescript";

/** A hole in the types is a promise that is not kept. */
export const escapeHatches: Rule = {
  name: "no `any`, and no comment that switches the type checker off",
  mend:
    "use unknown and narrow it, a generic, or `never` in positions that only take; in tests, @ts-expect-error",
  *check(project) {
    for (const file of filesUnder(project, "")) {
      const lines: number[] = [];
      walk(file.tree, (node) => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) lines.push(lineOf(file, node));
      });
      for (const line of lines) yield { path: file.path, line, what: "any" };
      const forbidden = file.path.startsWith("tests/")
        ? /@ts-(ignore|nocheck)/
        : /@ts-(ignore|nocheck|expect-error)/;
      if (!forbidden.test(file.text)) continue;
      for (const { text, line } of comments(file)) {
        const [what] = forbidden.exec(text) ?? [];
        if (what !== undefined) yield { path: file.path, line, what };
      }
    }
  },
  broken: [
    { tree: { "src/a.ts": "let a: any;" }, at: "src/a.ts:1" },
    { tree: { "tests/a_test.ts": "\nconst a = b as any;" }, at: "tests/a_test.ts:2" },
    { tree: { "src/a.ts": "let a: Promise<any[]>;" }, at: "src/a.ts:1" },
    { tree: { "tools/a.ts": "// @ts-ignore it is fine\nlet a;" }, at: "tools/a.ts:1" },
    { tree: { "src/a.ts": "// @ts-expect-error\nlet a;" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "// @ts-nocheck" }, at: "src/a.ts:1" },
  ],
  kept: [{
    "src/a.ts": "const any = 'any'; // takes any value",
    "tests/a_test.ts": "// @ts-expect-error a wrong input does not compile\nrun(5);",
  }],
};
