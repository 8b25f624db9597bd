import type { Rule } from "../rule.ts";
import { lineAt } from "../source_file.ts";

const COMMAND = /npx --yes deno@\d+\.\d+\.\d+ task test\b/;
const DENO = /\bdeno@(\d+\.\d+\.\d+)/g;

/** The README's command is the one that CI runs, with the same Deno. */
export const oneCommand: Rule = {
  name: ".ci/run runs exactly the README's test command, and every text names the same Deno",
  mend: "use one `npx --yes deno@<version> task test` in README.md and .ci/run, and that version everywhere",
  *check(project) {
    const script = project.texts.get(".ci/run") ?? "";
    const wanted = COMMAND.exec(script)?.[0];
    if (wanted === undefined) {
      return yield { path: ".ci/run", line: 1, what: "does not run the tests through npx" };
    }
    if (project.texts.get("README.md")?.includes(wanted) !== true) {
      yield { path: "README.md", line: 1, what: `does not show the command ${wanted}` };
    }
    const version = [...wanted.matchAll(DENO)][0]?.[1];
    for (const [path, text] of project.texts) {
      if (!path.endsWith(".md") && path !== ".ci/run") continue;
      for (const match of text.matchAll(DENO)) {
        if (match[1] !== version) yield { path, line: lineAt(text, match.index), what: match[0] };
      }
    }
  },
  broken: [
    { tree: { "README.md": "npx --yes deno@2.9.5 task test" }, at: ".ci/run:1" },
    { tree: { ".ci/run": "exec npx --yes deno@2.9.5 task test" }, at: "README.md:1" },
    { tree: { ".ci/run": "exec npx --yes deno@2.9.5 task check", "README.md": "" }, at: ".ci/run:1" },
    {
      tree: {
        ".ci/run": "exec npx --yes deno@2.9.5 task test",
        "README.md": "npx --yes deno@2.9.5 task test\nnpx --yes deno@2.9.4 task start",
      },
      at: "README.md:2",
    },
  ],
  kept: [{
    ".ci/run": "#!/bin/sh\nexec npx --yes deno@2.9.5 task test",
    "README.md": "`npx --yes deno@2.9.5 task test`",
  }],
};
