import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";

/** The folders of src/scheduler, innermost first. A file may import from its own folder and from those before it. */
const ORDER: readonly string[] = [
  "views",
  "store",
  "leases",
  "running",
  "claiming",
  "waiting",
  "tasks",
  "jobs",
  "schedules",
  "events",
  "explain",
  "lifecycle",
];

/** A folder is a stage in the life of a job or a schedule; an outer stage uses the inner ones, not the reverse. */
export const schedulerOrder: Rule = {
  name: "imports between the folders of src/scheduler run one way",
  mend: "move what the inner folder needs into it, or pass it in as a narrow interface",
  *check(project) {
    for (const file of filesUnder(project, "src/scheduler/")) {
      const folder = folderOf(file.path);
      if (folder === undefined) continue;
      if (!ORDER.includes(folder)) {
        yield { path: file.path, line: 1, what: `is in a folder that the order does not list: ${folder}` };
      }
      for (const { target, line } of file.imports) {
        const other = folderOf(target);
        if (other === undefined || ORDER.indexOf(other) <= ORDER.indexOf(folder)) continue;
        yield { path: file.path, line, what: `${folder} -> ${other}: imports ${target}` };
      }
    }
  },
  broken: [
    {
      tree: { "src/scheduler/leases/a.ts": `\nimport "../claiming/b.ts";` },
      at: "src/scheduler/leases/a.ts:2",
    },
    {
      tree: { "src/scheduler/store/gateway/a.ts": `import type { B } from "../../running/batches/b.ts";` },
      at: "src/scheduler/store/gateway/a.ts:1",
    },
    { tree: { "src/scheduler/elsewhere/a.ts": "" }, at: "src/scheduler/elsewhere/a.ts:1" },
  ],
  kept: [{
    "src/scheduler/lifecycle/a.ts": `import "../store/b.ts"; import "./c.ts"; import "../environment.ts";`,
    "src/scheduler/scheduler.ts": `import "./lifecycle/a.ts";`,
  }],
};

function folderOf(path: string | undefined): string | undefined {
  return /^src\/scheduler\/(\w+)\//.exec(path ?? "")?.[1];
}
