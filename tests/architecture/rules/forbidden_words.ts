import type { Rule } from "../rule.ts";
import { lineAt } from "../source_file.ts";

/** Put together here, so that this file does not contain what it looks for. */
const HOSTS = [["registry", "npmjs", "org"], ["npm", "jsr", "io"], ["jsr", "io"], ["deno", "land"], [
  "esm",
  "sh",
], ["unpkg", "com"]];
const FOLDERS = ["work", "root", "opt", "home", "Users"];

const FORBIDDEN = new RegExp(
  [
    // Packages come from wherever the reader's npm and Deno are set to look.
    `\\b(?:${HOSTS.map((parts) => parts.join("\\.")).join("|")})\\b`,
    // A path of one machine: at the start of a word, so that src/work/ and https://host/home/ are not meant.
    `(?<![\\w.*~-]|[/:])/(?:${FOLDERS.join("|")})/[\\w.-]+`,
  ].join("|"),
  "g",
);

/** The project does not depend on one machine. */
export const forbiddenWords: Rule = {
  name: "nothing names a package registry or a path of one machine",
  mend: "leave it out, or use a path relative to the project",
  *check(project) {
    for (const [path, text] of project.texts) {
      for (const match of text.matchAll(FORBIDDEN)) {
        yield { path, line: lineAt(text, match.index), what: match[0] };
      }
    }
  },
  broken: [
    {
      tree: { "README.md": `# A\nfrom https://${["registry", "npmjs", "org"].join(".")}/a` },
      at: "README.md:2",
    },
    { tree: { "src/a.ts": `import a from "https://${["deno", "land"].join(".")}/std";` }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": `const a = "${["", "root", "b"].join("/")}";` }, at: "src/a.ts:1" },
    { tree: { "docs/a.md": `cd ${["", "home", "ada", "b"].join("/")}` }, at: "docs/a.md:1" },
  ],
  kept: [{
    "src/a.ts": `import "./work/b.ts"; // GET /jobs and https://example.com${["", "root", "a"].join("/")}`,
    "docs/a.md": "the root/ folder, and/or work",
  }],
};
