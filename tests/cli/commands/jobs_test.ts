import assert from "node:assert/strict";
import { test } from "../../harness.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { type SampleProject, sampleTasks, withProject } from "../sample_project.ts";

const tick = task({ name: "sample.tick", run: () => "ticked" });
const fail = task({
  name: "sample.fail",
  run() {
    throw new Error("no luck");
  },
});

/** A project whose store has two jobs that wait for their time, and one that failed. */
async function withJobs(body: (project: SampleProject) => Promise<void>): Promise<void> {
  await withProject(sampleTasks, async (project) => {
    const scheduler = new Scheduler({ store: libsql(project.store), tasks: [tick, fail] });
    for (const id of ["one", "two"]) await scheduler.addJob(tick, undefined, { id, delay: { hours: 1 } });
    await scheduler.addJob(fail, undefined, { id: "failed" });
    await scheduler.runUntilIdle();
    await scheduler.stop();
    await body(project);
  });
}

test("jobs cancel, retry and remove tell with --dry-run which jobs it would be, and change nothing", async () => {
  await withJobs(async (project) => {
    const cancel = await project.run(["jobs", "cancel", "--task", "sample.tick", "--dry-run"]);
    assert.equal(cancel.out, "2 jobs would be cancelled: 2 sample.tick\n");
    const retry = await project.json(["jobs", "retry", "--outcome", "error", "--dry-run"]);
    assert.deepEqual(retry, { preview: true, count: 1, byTask: { "sample.fail": 1 }, ids: ["failed"] });
    const remove = await project.run(["jobs", "remove", "one", "failed", "--dry-run"]);
    assert.equal(remove.out, "2 jobs would be removed: 1 sample.tick, 1 sample.fail\n");
    const { out } = await project.run(["jobs"]);
    assert.match(out, /In the store: 2 scheduled, 1 finished/);
  });
});

test("jobs cancel, retry and remove reach the jobs that the options choose", async () => {
  await withJobs(async (project) => {
    const cancel = await project.run(["jobs", "cancel", "--state", "scheduled", "--limit", "1"]);
    assert.equal(cancel.out, "1 job is cancelled: 1 sample.tick\n");
    assert.match((await project.run(["jobs", "show", "one"])).out, /cancelled from the command line/);
    const retry = await project.run(["jobs", "retry", "--task", "sample.fail"]);
    assert.equal(retry.out, "1 job is run again: 1 sample.fail\n");
    assert.equal((await project.run(["jobs", "remove", "one"])).out, "1 job is removed: 1 sample.tick\n");
    assert.equal(
      (await project.run(["jobs", "remove", "--outcome", "error"])).out,
      "There are no such jobs\n",
    );
    assert.match((await project.run(["jobs"])).out, /In the store: 1 scheduled, 1 parked/);
  });
});

test("jobs cancel, retry and remove ask which jobs where nothing says so", async () => {
  await withJobs(async (project) => {
    for (const command of ["cancel", "retry", "remove"]) {
      const { code, err } = await project.run(["jobs", command, "--dry-run"]);
      assert.equal(code, 2);
      assert.match(err, /Name jobs by their ids, or select them/);
    }
    const { err } = await project.run(["jobs", "remove", "nothing"]);
    assert.match(err, /jobNotFound/);
  });
});

test("jobs show prints the attempts of a job and the lines of its log", async () => {
  await withProject(sampleTasks, async (project) => {
    const flaky = task({
      name: "flaky",
      retry: { maxAttempts: 2, base: { milliseconds: 1 } },
      run(_input, { job, log }) {
        log.warn("trying", { attempt: job.attempt });
        if (job.attempt === 1) throw new Error("not yet");
      },
    });
    const scheduler = new Scheduler({ store: libsql(project.store), tasks: [flaky], name: "host-1" });
    await scheduler.addJob(flaky, undefined, { id: "flaky" });
    await scheduler.runUntilIdle({ until: "empty" });
    await scheduler.stop();
    const { out } = await project.run(["jobs", "show", "flaky"]);
    assert.match(out, /ATTEMPT +STARTED +TOOK +ENDED +SCHEDULER/);
    assert.match(out, /\n1 .* error +host-1 +not yet\n2 .* success +host-1\n/);
    assert.match(out, /warn {2}trying \{"attempt":1\}\n.*warn {2}trying \{"attempt":2\}\n$/);
    const shown = await project.json(["jobs", "show", "flaky"]) as Record<string, unknown[]>;
    assert.equal(shown["attempts"]?.length, 2);
  });
});
