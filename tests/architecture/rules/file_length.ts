import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineCount } from "../source_file.ts";

const MAX_LINES = 299;

/** One idea per file. */
export const fileLength: Rule = {
  name: "no file has 300 lines or more",
  mend: "find the second idea in it and give that a file of its own",
  *check(project) {
    for (const file of filesUnder(project, "")) {
      const lines = lineCount(file.text);
      if (lines > MAX_LINES) yield { path: file.path, line: MAX_LINES + 1, what: `has ${lines} lines` };
    }
  },
  broken: [
    { tree: { "src/a.ts": "\n".repeat(300) }, at: "src/a.ts:300" },
    { tree: { "tests/a_test.ts": "a;\n".repeat(999) }, at: "tests/a_test.ts:300" },
  ],
  kept: [{ "src/a.ts": "\n".repeat(299), "docs/a.md": "\n".repeat(400) }],
};
