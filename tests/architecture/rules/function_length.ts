import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineAt, lineOf, walk } from "../source_file.ts";
import ts from "typescript";

const MAX_LINES = 69;

/** A function fits on a screen. */
export const functionLength: Rule = {
  name: "no function has 70 lines or more",
  mend: "keep the branching, and take the work of the branches out into functions with names",
  *check(project) {
    for (const file of filesUnder(project, "")) {
      const found: { line: number; lines: number }[] = [];
      walk(file.tree, (node) => {
        if (!ts.isFunctionLike(node) || isListOfTests(node)) return;
        const line = lineOf(file, node);
        const lines = lineAt(file.text, node.end) - line + 1;
        if (lines > MAX_LINES) found.push({ line, lines });
      });
      for (const { line, lines } of found) {
        yield { path: file.path, line, what: `a function of ${lines} lines` };
      }
    }
  },
  broken: [
    { tree: { "src/a.ts": `\nfunction a() {\n${"a();\n".repeat(68)}}` }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": `class A {\n  a = () => {\n${"a();\n".repeat(68)}}\n}` }, at: "src/a.ts:2" },
    {
      tree: {
        "src/a.ts": `function suite() {\n  const b = 1;\n${'  check("a", () => {\n  });\n'.repeat(40)}}`,
      },
      at: "src/a.ts:1",
    },
    { tree: { "tests/a_test.ts": `test("a", () => {\n${"a();\n".repeat(68)}});` }, at: "tests/a_test.ts:1" },
  ],
  kept: [{ "src/a.ts": `function a() {\n${"a();\n".repeat(67)}}\n${"b();\n".repeat(100)}` }, {
    "src/a.ts": `function suite() {\n${'  check("a", () => {\\n    a();\\n  });\\n'.repeat(30)}}`,
    "src/b.ts": `function suite() {\n  for (const b of c) {\n${
      "    check(`a ${b}`, () => {});\n".repeat(80)
    }}}`,
  }],
};

/** A function that only registers titled functions, one after another: each of those is measured by itself. */
function isListOfTests(node: ts.SignatureDeclaration): boolean {
  const body = ts.isFunctionDeclaration(node) || ts.isArrowFunction(node) ? node.body : undefined;
  return body !== undefined && ts.isBlock(body) && body.statements.every(registersTests);
}

/** `check("what holds", () => { … })`, once or for each of some variants. */
function registersTests(statement: ts.Statement): boolean {
  if (ts.isForOfStatement(statement)) {
    const body = statement.statement;
    return ts.isBlock(body) ? body.statements.every(registersTests) : registersTests(body);
  }
  const call = ts.isExpressionStatement(statement) ? statement.expression : undefined;
  if (call === undefined || !ts.isCallExpression(call)) return false;
  const [title, ...rest] = call.arguments;
  const titled = title !== undefined && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title));
  return titled && rest.some((argument) => ts.isArrowFunction(argument));
}
