import assert from "node:assert/strict";
import type { TaskContext } from "../../../src/context/task_context.ts";
import { task } from "../../../src/registry/task.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { test } from "../../harness.ts";
import { type SampleProject, sampleTasks, withProject } from "../sample_project.ts";

type Row = Readonly<Record<string, unknown>>;

/** Runs a job of a task beside the project, and the body while it may go on. */
async function withJob(
  run: (input: unknown, context: TaskContext) => unknown,
  body: (project: SampleProject, scheduler: Scheduler) => Promise<void>,
): Promise<void> {
  await withProject(sampleTasks, async (project) => {
    const followed = task({ name: "followed", run });
    await using scheduler = new Scheduler({ store: libsql(project.store), tasks: [followed] });
    await scheduler.startInBackground();
    await scheduler.addJob(followed, undefined, { id: "followed" });
    await body(project, scheduler);
  });
}

test("jobs follow shows log lines and progress as they come, and the end", async () => {
  const release = Promise.withResolvers<void>();
  await withJob(async (_input, { log, progress }) => {
    log.info("began", { files: 3 });
    progress({ done: 1, total: 2 }, "half");
    await release.promise;
    log.warn("a forged\n23:59:59 success payment.run\u001b[2J");
    return 5;
  }, async (project) => {
    const following = project.run(["jobs", "follow", "follow"]);
    release.resolve();
    const { code, out, err } = await following;
    assert.equal(code, 0, err);
    assert.match(out, /info {2}began \{"files":3\}\n/);
    assert.match(out, /warn {2}a forged\\n23:59:59 success payment\.run\\u001b\[2J\n/);
    assert.match(out, /\d\d:\d\d:\d\d progress 50% half\n/);
    assert.match(out, /\nsuccess in .*s\n$/);
  });
});

test("jobs follow ends with exit code 1 where the job fails, and shows its error", async () => {
  await withJob(() => {
    throw new TypeError("no luck");
  }, async (project) => {
    const { code, out } = await project.run(["jobs", "follow", "followed"]);
    assert.equal(code, 1);
    assert.match(out, /error in \d+ ms\nTypeError: no luck\n/);
    const { out: json } = await project.run(["jobs", "follow", "followed", "--json"]);
    const events = json.trim().split("\n").map((line) => JSON.parse(line) as Row);
    assert.deepEqual([events.at(-1)!["type"], events.at(-1)!["outcome"]], ["end", "error"]);
  });
});

test("jobs follow refuses a job that there is not", async () => {
  await withJob(() => {}, async (project) => {
    const { code, err } = await project.run(["jobs", "follow", "nothing"]);
    assert.equal(code, 5);
    assert.match(err, /\(jobNotFound\)/);
  });
});
