import { filesUnder, type Project } from "../project.ts";
import type { Rule, Violation } from "../rule.ts";

/** No file reaches itself through its imports, not even through types: one can read the code from the inside out. */
export const importCycles: Rule = {
  name: "imports have no cycles",
  mend: "move what both sides need into a file of its own that imports neither",
  *check(project) {
    const done = new Set<string>();
    for (const file of filesUnder(project, "src/", "mod.ts", "tools/", "tests/", "tasks/")) {
      yield* cyclesFrom(project, file.path, done, []);
    }
  },
  broken: [
    {
      tree: { "src/a.ts": `import "./b.ts";`, "src/b.ts": `\nimport type { A } from "./a.ts";` },
      at: "src/b.ts:2",
    },
    {
      tree: {
        "src/a.ts": `import "./b.ts";`,
        "src/b.ts": `import "./c.ts";`,
        "src/c.ts": `export * from "./a.ts";`,
      },
      at: "src/c.ts:1",
    },
  ],
  kept: [{
    "src/a.ts": `import "./b.ts"; import "./c.ts";`,
    "src/b.ts": `import "./c.ts";`,
    "src/c.ts": "",
  }],
};

function* cyclesFrom(
  project: Project,
  path: string,
  done: Set<string>,
  trail: string[],
): Generator<Violation> {
  if (done.has(path)) return;
  trail.push(path);
  for (const { target, line } of project.files.get(path)?.imports ?? []) {
    if (target === undefined) continue;
    const start = trail.indexOf(target);
    if (start >= 0) {
      yield { path, line, what: `closes a circle: ${[...trail.slice(start), target].join(" -> ")}` };
    } else yield* cyclesFrom(project, target, done, trail);
  }
  trail.pop();
  done.add(path);
}
