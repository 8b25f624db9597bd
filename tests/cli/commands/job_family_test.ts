import assert from "node:assert/strict";
import { test } from "../../harness.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { jobRequest } from "../../../src/scheduler/jobs/job_request.ts";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { type SampleProject, sampleTasks, withProject } from "../sample_project.ts";

const leaf = task({ name: "family.leaf", run() {} });
const root = task({
  name: "family.root",
  tags: ["tree"],
  concurrency: { key: () => "oak" },
  run: async () => void await currentScheduler().addJob(leaf, undefined, { id: "added" }),
});

/** A project whose store has a job of a batch, one that its run has added, and one that comes after it. */
async function withFamily(body: (project: SampleProject) => Promise<void>): Promise<void> {
  await withProject(sampleTasks, async (project) => {
    const scheduler = new Scheduler({ store: libsql(project.store), tasks: [leaf, root], tags: ["tree"] });
    await scheduler.addBatch([jobRequest(root, undefined, { id: "root" })], { id: "forest" });
    await scheduler.addJob(leaf, undefined, { id: "next", after: ["root"] });
    await scheduler.runUntilIdle();
    await scheduler.stop();
    await body(project);
  });
}

test("jobs show prints a job's batch, key and tags, the jobs it added and those after it", async () => {
  await withFamily(async (project) => {
    const { out } = await project.run(["jobs", "show", "root"]);
    assert.match(out, /^batch +forest$/m);
    assert.match(out, /^key +oak$/m);
    assert.match(out, /^tags +tree$/m);
    assert.match(out, /^added jobs +added \(family\.leaf, success\)$/m);
    assert.match(out, /^jobs after it +next \(family\.leaf, success\)$/m);
    assert.match((await project.run(["jobs", "show", "added"])).out, /^added by +root$/m);
  });
});

test("jobs list takes the jobs of a batch, those that a job added, and those after it", async () => {
  await withFamily(async (project) => {
    const ids = async (...options: string[]) =>
      (await project.json(["jobs", "list", ...options]) as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(await ids("--batch", "forest"), ["root"]);
    assert.deepEqual(await ids("--added-by", "root"), ["added"]);
    assert.deepEqual(await ids("--after", "root"), ["next"]);
  });
});
