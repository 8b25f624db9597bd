import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineOf, type SourceFile, walk } from "../source_file.ts";
import ts from "typescript";

const SLEEPS = new Set(["setTimeout", "setInterval"]);
const TIMER_MODULES = new Set(["node:timers", "node:timers/promises"]);
const REASON = /\breal time: \S+/i;

/**
 * A sleep in a test is either too short on a busy machine or too long everywhere. Where real time is the point, a
 * comment says why: on the line, on the one above, or above the whole test.
 */
export const sleepingTests: Rule = {
  name: "tests never sleep",
  mend:
    "use the virtual clock or wait for an event; where real time is the point, write `// real time: <why>` above",
  *check(project) {
    for (const file of filesUnder(project, "tests/")) {
      const lines = file.text.split("\n");
      const found: { node: ts.Node; what: string }[] = [];
      walk(file.tree, (node) => {
        const what = sleepIn(node);
        if (what !== undefined) found.push({ node, what });
      });
      for (const { node, what } of found) {
        const line = lineOf(file, node);
        const near = [lines[line - 1], lines[line - 2], commentAbove(file, node)];
        const excused = near.some((text) => REASON.test(text ?? ""));
        if (!excused) yield { path: file.path, line, what };
      }
    }
  },
  broken: [
    {
      tree: { "tests/a_test.ts": "await new Promise((go) => setTimeout(go, 50));" },
      at: "tests/a_test.ts:1",
    },
    { tree: { "tests/a_test.ts": "\nawait sleep(systemClock, 50);" }, at: "tests/a_test.ts:2" },
    { tree: { "tests/a_test.ts": "await Bun.sleep(50);" }, at: "tests/a_test.ts:1" },
    { tree: { "tests/a_test.ts": "// real time:\nsetInterval(() => {}, 1);" }, at: "tests/a_test.ts:2" },
    {
      tree: { "tests/a_test.ts": `import { setTimeout } from "node:timers/promises";` },
      at: "tests/a_test.ts:1",
    },
  ],
  kept: [
    { "tests/a_test.ts": "await sleep(clock, 50); const code = `setTimeout(() => {}, 1)`;" },
    { "tests/a_test.ts": "// real time: the system's own timers are under test\nsetTimeout(() => {}, 1);" },
    {
      "tests/a_test.ts":
        "/** Real time: it is what is measured. */\nfunction a() {\n  b();\n  setTimeout(c, 1);\n}",
    },
  ],
};

/** The comments before the top-level statement that a node is in. */
function commentAbove(file: SourceFile, node: ts.Node): string {
  let statement = node;
  while (!ts.isSourceFile(statement.parent)) statement = statement.parent;
  return file.text.slice(statement.getFullStart(), statement.getStart(file.tree));
}

function sleepIn(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return TIMER_MODULES.has(node.moduleSpecifier.text) ? `imports ${node.moduleSpecifier.text}` : undefined;
  }
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression.getText();
  if (SLEEPS.has(called) || called === "Bun.sleep" || called === "Atomics.wait") return called;
  return called === "sleep" && node.arguments[0]?.getText() === "systemClock"
    ? "sleep(systemClock)"
    : undefined;
}
