import { filesUnder, type Project } from "../project.ts";
import type { Rule, Violation } from "../rule.ts";
import { comments, lineAt, walk } from "../source_file.ts";
import ts from "typescript";

/** A doc block opens with a noun phrase, "Returns …", "True if …" or a third-person verb. */
const OPENINGS = /^\/\*\*[\s*]*(What|How|Whether|Who|When it)\b/;

/** The first version's own words for things that have common ones. */
const WORDS = new RegExp(
  `\\b(?:${
    [
      "answers",
      "answered",
      "tells?",
      "told",
      "nobody",
      "whoever",
      "for ever",
      "goes on",
      "a text",
      "elsewhere",
      "buried",
      "buries",
      "nudges?",
      "lives? through",
      "puts? itself off",
      "guilty",
      "any more",
      "is over",
    ].join("|")
  })\\b`,
  "gi",
);

/** Places that are left, by folder. A number may only fall, and a folder that is not listed has none. */
const LEFT: Readonly<Record<string, number>> = {
  "src/http": 3,
  "src/scheduler": 1,
};

/** Newcomers read comments and messages first: they use the words of the field. */
export const plainEnglish: Rule = {
  name: "comments and messages in src are plain English",
  mend: "the language guide in CONTRIBUTING.md has the words to use instead",
  *check(project) {
    for (const [folder, places] of placesByFolder(project)) {
      if (places.length > (LEFT[folder] ?? 0)) yield* places;
    }
  },
  broken: [
    { tree: { "src/a/b.ts": "\n/** What it is. */\nconst a = 1;" }, at: "src/a/b.ts:2" },
    { tree: { "src/a/b.ts": "/**\n * Whether it is so.\n */\nconst a = 1;" }, at: "src/a/b.ts:1" },
    { tree: { "src/a.ts": "/** Adds it, and answers the sum. */\nconst a = 1;" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "\nthrow new Error(`${a} is known to nobody`);" }, at: "src/a.ts:2" },
  ],
  kept: [{
    "src/a.ts": "/** Returns what was added. */\nconst answers = told('nobody'); // How it is done",
    "tests/a.ts": "/** What it answers. */",
  }],
};

function placesByFolder(project: Project): ReadonlyMap<string, readonly Violation[]> {
  const places = filesUnder(project, "src/").flatMap((file): Violation[] => {
    const found: Violation[] = [];
    const add = (text: string, line: number) => {
      const opening = OPENINGS.exec(text)?.[1];
      if (opening !== undefined) found.push({ path: file.path, line, what: `opens with "${opening}"` });
      for (const match of text.matchAll(WORDS)) {
        found.push({ path: file.path, line: line + lineAt(text, match.index) - 1, what: `"${match[0]}"` });
      }
    };
    for (const { text, line } of comments(file)) add(text, line);
    walk(file.tree, (node) => {
      const isText = ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node);
      // A single word is a name, not a message.
      if (isText && node.text.includes(" ")) add(node.text, lineAt(file.text, node.getStart(file.tree)));
    });
    return found;
  });
  return Map.groupBy(places, ({ path }) => path.split("/").slice(0, 2).join("/"));
}
