import { filesUnder, type Project } from "../project.ts";
import type { Rule, Violation } from "../rule.ts";
import { comments, lineOf, walk } from "../source_file.ts";
import ts from "typescript";

const NOTES = /\b(?:TODO|FIXME|XXX|HACK)\b/;
const NARROWED = new Set([
  "test.only",
  "test.skip",
  "test.todo",
  "describe.only",
  "describe.skip",
  "it.only",
  "it.skip",
]);

/** Unfinished work is an issue, not a note in the code; a test that does not run proves nothing. */
export const leftovers: Rule = {
  name: "no notes to self, no tests switched off or singled out",
  mend: "do it, or open an issue; a test that cannot run somewhere takes `ignore` and says why in its name",
  *check(project) {
    yield* notes(project);
    for (const file of filesUnder(project, "tests/")) {
      const found: ts.Node[] = [];
      walk(file.tree, (node) => {
        if (ts.isPropertyAccessExpression(node) && NARROWED.has(node.getText())) found.push(node);
      });
      for (const node of found) yield { path: file.path, line: lineOf(file, node), what: node.getText() };
    }
  },
  broken: [
    { tree: { "src/a.ts": "\n// TODO: later" }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": "function a() {\n  /* FIXME */\n}" }, at: "src/a.ts:2" },
    { tree: { "docs/a.md": "# A\nTODO" }, at: "docs/a.md:2" },
    { tree: { "tests/a_test.ts": "test.only('a', () => {});" }, at: "tests/a_test.ts:1" },
    { tree: { "tests/a_test.ts": "describe.skip('a', () => {});" }, at: "tests/a_test.ts:1" },
  ],
  kept: [{ "src/a.ts": "const a = `TODO`; // todo lists are fine", "tests/a_test.ts": "options.only;" }],
};

function* notes(project: Project): Generator<Violation> {
  for (const file of project.files.values()) {
    if (!NOTES.test(file.text)) continue;
    for (const { text, line } of comments(file)) {
      const [what] = NOTES.exec(text) ?? [];
      if (what !== undefined) yield { path: file.path, line, what };
    }
  }
  for (const [path, text] of project.texts) {
    if (!path.endsWith(".md")) continue;
    for (const [index, lineText] of text.split("\n").entries()) {
      const [what] = NOTES.exec(lineText) ?? [];
      if (what !== undefined) yield { path, line: index + 1, what };
    }
  }
}
