import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineOf, walk } from "../source_file.ts";
import ts from "typescript";

const MAY_IMPORT_FAST_CHECK = new Set(["tests/properties.ts", "tests/triggers/exhaustive.ts"]);

/** A test that fails once in a hundred runs is noise in the gate; with a fixed seed it fails always or never. */
export const seededChance: Rule = {
  name: "tests draw random numbers from a fixed seed",
  mend: "use `Random` of tests/random.ts with a seed, or `fc` of tests/properties.ts",
  *check(project) {
    for (const file of filesUnder(project, "tests/")) {
      for (const { specifier, line } of file.imports) {
        if (specifier !== "fast-check" || MAY_IMPORT_FAST_CHECK.has(file.path)) continue;
        yield { path: file.path, line, what: "imports fast-check without its seed" };
      }
      const found: ts.Node[] = [];
      walk(file.tree, (node) => {
        if (ts.isPropertyAccessExpression(node) && node.getText() === "Math.random") found.push(node);
      });
      for (const node of found) yield { path: file.path, line: lineOf(file, node), what: "Math.random" };
    }
  },
  broken: [
    { tree: { "tests/a_test.ts": `\nimport fc from "fast-check";` }, at: "tests/a_test.ts:2" },
    { tree: { "tests/a.ts": "const a = Math.random();" }, at: "tests/a.ts:1" },
  ],
  kept: [{
    "tests/properties.ts": `import fc from "fast-check";`,
    "tests/a_test.ts": `import { fc } from "./properties.ts"; import { Random } from "./random.ts";`,
    "bench/a.ts": "const a = Math.random();",
  }],
};
