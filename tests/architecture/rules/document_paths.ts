import type { Project } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineAt } from "../source_file.ts";
import { posix } from "node:path";

/** A path of this repository in backticks; `tasks/` is left out, as guides name files that readers create there. */
const PATH = /`((?:src|tests|tools|bench|examples|docs|types)\/[\w./*-]*)`/g;
/** A link within the repository, and the heading it leads to. */
const LINK = /\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)/g;
/** The changelog speaks of the past. */
const DOCUMENTS = /^(?:README|CONTRIBUTING|docs\/[\w-]+)\.md$/;

/** A guide that sends its reader to a file that has moved is worse than none. */
export const documentPaths: Rule = {
  name: "every path and link in README, CONTRIBUTING and docs leads somewhere",
  mend: "name the file, folder or heading as it is now, from the top folder; `*` stands for a part of a name",
  *check(project) {
    for (const [path, text] of project.texts) {
      if (!DOCUMENTS.test(path)) continue;
      for (const match of text.matchAll(PATH)) {
        const [, named = ""] = match;
        if (!exists(project, named)) yield { path, line: lineAt(text, match.index), what: named };
      }
      for (const match of text.matchAll(LINK)) {
        const [link, named = "", heading] = match;
        const target = named === "" ? path : posix.join(posix.dirname(path), named);
        const leads = exists(project, target) &&
          (heading === undefined || headings(project, target).has(heading));
        if (!leads) yield { path, line: lineAt(text, match.index), what: link };
      }
    }
  },
  broken: [
    { tree: { "README.md": "# A\nsee `src/a.ts`" }, at: "README.md:2" },
    { tree: { "CONTRIBUTING.md": "`src/b/`", "src/a/b.ts": "" }, at: "CONTRIBUTING.md:1" },
    { tree: { "docs/a.md": "`tests/check_*.ts`", "tests/a_test.ts": "" }, at: "docs/a.md:1" },
    { tree: { "docs/a.md": "[b](b.md)", "b.md": "" }, at: "docs/a.md:1" },
    { tree: { "docs/a.md": "[b](b.md#to-do)", "docs/b.md": "# To be" }, at: "docs/a.md:1" },
  ],
  kept: [{
    "README.md": "`src/a.ts`, `src/b/`, `src/b`, `src/b/c_*.ts`, `tasks/yours.ts` and `tests/…_test.ts`",
    "docs/a.md": "# Why `a`, or b?\n[up](../README.md), [here](#why-a-or-b), [out](https://example.com/#top)",
    "CHANGELOG.md": "`src/gone.ts`",
    "src/a.ts": "",
    "src/b/c_d.ts": "",
  }],
};

function exists(project: Project, named: string): boolean {
  const path = named.replace(/\/$/, "");
  const literal = path.replaceAll(".", "\\.").replaceAll("*", "[\\w.-]*");
  const pattern = new RegExp(`^${literal}(?:/|$)`);
  return [...project.texts.keys()].some((file) => pattern.test(file));
}

/** The names that a page's headings have in links. */
function headings(project: Project, path: string): ReadonlySet<string> {
  const lines = project.texts.get(path)?.match(/^#+ .*$/gm) ?? [];
  return new Set(
    lines.map((line) => line.replace(/^#+ /, "").toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")),
  );
}
