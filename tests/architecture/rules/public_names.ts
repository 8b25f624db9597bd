import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";

/** Tasks and examples are read as patterns: what they import is what a user can import. */
export const publicNames: Rule = {
  name: "tasks and examples import Carillon by its public names",
  mend: 'import from "carillon" or one of its subpaths; what is missing there is not public',
  *check(project) {
    for (const file of filesUnder(project, "tasks/", "examples/")) {
      for (const { specifier, target, line } of file.imports) {
        const inside = target !== undefined && (target.startsWith("src/") || target === "mod.ts");
        if (inside) yield { path: file.path, line, what: `imports ${specifier}` };
      }
    }
  },
  broken: [
    { tree: { "tasks/a.ts": `import { task } from "../mod.ts";` }, at: "tasks/a.ts:1" },
    { tree: { "examples/a/b.ts": `\nimport type { A } from "../../src/a.ts";` }, at: "examples/a/b.ts:2" },
  ],
  kept: [{
    "tasks/a.ts": `import { task } from "carillon"; import { b } from "./b.ts"; import { z } from "zod";`,
  }],
};
