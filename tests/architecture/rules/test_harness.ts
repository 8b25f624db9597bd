import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineOf, walk } from "../source_file.ts";
import ts from "typescript";

const RUNNERS = new Set(["node:test", "bun:test"]);

/** Under Deno, node:test runs without the sanitizers, and a module that throws at import still passes. */
export const testHarness: Rule = {
  name: "tests are written with tests/harness.ts, in files that every runner finds",
  mend: 'import { test } from ".../harness.ts", and end the name of the file with _test.ts',
  *check(project) {
    for (const file of filesUnder(project, "tests/")) {
      if (file.path === "tests/harness.ts") continue;
      for (const { specifier, line } of file.imports) {
        if (RUNNERS.has(specifier)) yield { path: file.path, line, what: `imports ${specifier}` };
      }
      const found: ts.Node[] = [];
      walk(file.tree, (node) => {
        if (ts.isPropertyAccessExpression(node) && node.getText() === "Deno.test") found.push(node);
      });
      for (const node of found) yield { path: file.path, line: lineOf(file, node), what: "Deno.test" };
      const registers = file.imports.some(({ target }) => target === "tests/harness.ts") &&
        file.tree.statements.some((statement) => /^test\(/.test(statement.getText(file.tree)));
      if (!registers || file.path.endsWith("_test.ts")) continue;
      yield { path: file.path, line: 1, what: "has tests, but its name does not end with _test.ts" };
    }
  },
  broken: [
    { tree: { "tests/a_test.ts": `\nimport { test } from "node:test";` }, at: "tests/a_test.ts:2" },
    { tree: { "tests/a_test.ts": `Deno.test("a", () => {});` }, at: "tests/a_test.ts:1" },
    {
      tree: { "tests/a.ts": `import { test } from "./harness.ts";\ntest("a", () => {});` },
      at: "tests/a.ts:1",
    },
  ],
  kept: [{
    "tests/a/a_test.ts": `import { test } from "../harness.ts";\ntest("a", () => {});`,
    "tests/a/suite.ts":
      `import { test } from "../harness.ts";\nexport function suite() { test("a", () => {}); }`,
  }],
};
