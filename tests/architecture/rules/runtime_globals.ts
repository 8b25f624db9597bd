import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineOf, walk } from "../source_file.ts";
import ts from "typescript";

const RUNTIMES = new Set(["Deno", "Bun"]);

/** Files that may name a runtime, with the reason. They must also work where the global is missing. */
const ALLOWED: readonly { readonly paths: RegExp; readonly because: string }[] = [
  { paths: /^src\/cli\//, because: "the command line starts processes and serves" },
  {
    paths: /^src\/stores\/libsql\/watch\/loopback_socket\.ts$/,
    because: "Deno would ask its user for the permission",
  },
];

/** One tree for every runtime: the `node:` modules are on all of them. */
export const runtimeGlobals: Rule = {
  name: "src names no runtime: no Deno and no Bun outside of src/cli",
  mend:
    "use a node: module behind a narrow interface; an adapter that has to ask goes on the rule's list, with a reason",
  *check(project) {
    for (const file of filesUnder(project, "src/", "mod.ts")) {
      if (ALLOWED.some(({ paths }) => paths.test(file.path))) continue;
      const found: ts.Identifier[] = [];
      walk(file.tree, (node) => {
        if (ts.isIdentifier(node) && RUNTIMES.has(node.text)) found.push(node);
      });
      for (const node of found) {
        yield { path: file.path, line: lineOf(file, node), what: `names ${node.text}` };
      }
    }
  },
  broken: [
    { tree: { "src/a.ts": "\nDeno.exit(1);" }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": "const d = (globalThis as { Deno?: object }).Deno;" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "let a: Deno.Conn;" }, at: "src/a.ts:1" },
    { tree: { "src/stores/a.ts": "Bun.file('a');" }, at: "src/stores/a.ts:1" },
  ],
  kept: [{
    "src/cli/a.ts": "Deno.args;",
    "src/a.ts": "// Deno and Bun\nconst a = 'Deno.args';",
    "tools/a.ts": "Deno.args;",
  }],
};
