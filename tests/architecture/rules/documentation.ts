import { docComment, type Exported, exportedBy, isValue, publicExports } from "../exports.ts";
import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineOf } from "../source_file.ts";

/**
 * Hovering over a name shows its purpose. Public functions, classes and values also have an example that the gate runs;
 * types appear in the examples of the functions that take them.
 */
export const documentation: Rule = {
  name: "every export in src has a doc comment, and the public functions, classes and values an example",
  mend:
    "give its purpose, units, defaults and errors; public ones with a ```ts block that imports from carillon",
  *check(project) {
    const exports = filesUnder(project, "src/").flatMap(exportedBy);
    for (const exported of exports) {
      const doc = docComment(exported);
      if (!isSentence(doc)) yield at(exported, "has no doc comment");
    }
    for (const exported of publicExports(project)) {
      if (isValue(exported) && !docComment(exported).includes("```ts")) {
        yield at(exported, "is public, without an example");
      }
    }
  },
  broken: [
    { tree: { "src/a.ts": "\nexport function a() {}" }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": "/** A. */\nexport const a = 1;" }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": "interface A { b: 1 }\nexport type { A };" }, at: "src/a.ts:1" },
    {
      tree: {
        "deno.json": `{"exports":{".":"./mod.ts"}}`,
        "mod.ts": `export { a as b } from "./src/a.ts";`,
        "src/a.ts": "/** Adds up what comes. */\nexport function a() {}",
      },
      at: "src/a.ts:2",
    },
    {
      tree: {
        "deno.json": `{"exports":{"./a":"./src/a.ts"}}`,
        "src/a.ts": `export * from "./b.ts";`,
        "src/b.ts": "/** Adds up what comes. */\nexport class B {}",
      },
      at: "src/b.ts:2",
    },
  ],
  kept: [{
    "deno.json": `{"exports":{".":"./mod.ts"}}`,
    "mod.ts": `export { a, type B } from "./src/a.ts";`,
    "src/a.ts": [
      "/**\n * Adds up.\n *\n * ```ts\n * a(1);\n * ```\n */\nexport function a(b: number): B;\nexport function a(b: unknown) {}",
      "/** What is added. */\nexport interface B {}",
      "/** Inside only, no example. */\nexport const c = 1;\nconst hidden = 1;",
    ].join("\n"),
  }],
};

/** True if it is more than a word: repeating the name explains nothing. */
function isSentence(doc: string): boolean {
  return (doc.replace(/[/*]/g, " ").match(/[\p{L}\p{N}]+/gu) ?? []).length > 1;
}

function at({ name, file, declarations }: Exported, what: string) {
  const [first] = declarations;
  return { path: file.path, line: first === undefined ? 1 : lineOf(file, first), what: `${name} ${what}` };
}
