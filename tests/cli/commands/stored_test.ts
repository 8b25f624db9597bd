import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "../../harness.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { type SampleProject, sampleTasks, withProject } from "../sample_project.ts";

type Row = Readonly<Record<string, unknown>>;

const tick = task({ name: "sample.tick", run: () => "ticked" });

/** A project whose store has two schedules of a task and a job that waits for its time. */
async function withSchedules(body: (project: SampleProject) => Promise<void>): Promise<void> {
  await withProject(sampleTasks, async (project) => {
    const scheduler = new Scheduler({ store: libsql(project.store), tasks: [tick] });
    await scheduler.addSchedule(tick, interval({ hours: 1 }, { first: "afterPeriod" }), { id: "hourly" });
    await scheduler.addSchedule(tick, interval({ days: 1 }, { first: "afterPeriod" }), { id: "daily" });
    await scheduler.addJob(tick, undefined, { id: "later", delay: { hours: 1 } });
    await scheduler.stop();
    await body(project);
  });
}

test("schedules lists what fires next, as a table and as JSON", async () => {
  await withSchedules(async (project) => {
    const { out } = await project.run(["schedules"]);
    assert.match(out, /^SCHEDULE +TASK +NEXT FIRE/);
    assert.match(
      out,
      /hourly +sample\.tick +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +in 59 min \d+ s +Every 1? ?hour/,
    );
    const rows = await project.json(["schedules", "list"]) as Row[];
    assert.deepEqual(rows.map(({ id }) => id), ["hourly", "daily"]);
    assert.equal((await project.json(["schedules", "--limit", "1"]) as Row[]).length, 1);
    const { out: none } = await project.run(["schedules", "--task", "other"]);
    assert.equal(none, "There are no schedules\n");
  });
});

test("schedules keeps within the width of the terminal", async () => {
  await withSchedules(async (project) => {
    const { out } = await project.run(["schedules"], { width: 70 });
    assert.ok(out.split("\n").every((line) => line.length <= 70), out);
    assert.match(out, /…/);
  });
});

test("schedules pause, resume and show say what holds afterwards", async () => {
  await withSchedules(async (project) => {
    assert.equal((await project.json(["schedules", "pause", "hourly"]) as Row)["paused"], true);
    assert.match((await project.run(["schedules", "show", "hourly"])).out, /status +active, paused/);
    assert.equal((await project.json(["schedules", "--paused"]) as Row[]).length, 1);
    const { out } = await project.run(["schedules", "resume", "hourly", "--from", "now"]);
    assert.match(out, /^Schedule 'hourly' fires again; next: \d{4}-/);
    const shown = await project.run(["schedules", "show", "hourly"]);
    assert.match(shown.out, /when +Every 1? ?hour.*\nnext fire.*\nthen +.*\nfires +0 became jobs/);
  });
});

test("schedules run adds a job, which can be listed, shown and cancelled", async () => {
  await withSchedules(async (project) => {
    const job = await project.json(["schedules", "run", "hourly"]) as Row;
    assert.equal(job["scheduleId"], "hourly");
    const id = String(job["id"]);
    // No scheduler is started that knows the task.
    const { out } = await project.run(["jobs", "--schedule", "hourly", "--state", "parked"]);
    assert.match(out, new RegExp(`${id} +sample\\.tick +hourly +parked`));
    assert.match(out, /In the store: 1 scheduled, 1 parked/);
    const cancelled = await project.run(["jobs", "cancel", id, "--reason", "not today"]);
    assert.equal(cancelled.out, `Job ${id} is cancelled\n`);
    assert.match((await project.run(["jobs", "cancel", id])).out, /is finished already/);
    assert.match((await project.run(["jobs", "show", id])).out, /outcome +cancelled\nerror +.*not today/);
    assert.equal((await project.json(["jobs", "--outcome", "cancelled"]) as Row[]).length, 1);
  });
});

test("jobs retry runs finished jobs again, all that are named or none", async () => {
  await withSchedules(async (project) => {
    await project.run(["run", "sample.fail"]);
    const [failed] = await project.json(["jobs", "--outcome", "error"]) as Row[];
    const refused = await project.run(["jobs", "retry", String(failed!["id"]), "later"]);
    assert.equal(refused.code, 6);
    assert.match(refused.err, /cannot be retried while it is scheduled.*\(invalidState\)/);
    assert.equal((await project.json(["jobs", "show", String(failed!["id"])]) as Row)["state"], "finished");
    const retried = await project.json(["jobs", "retry", String(failed!["id"])]) as Row[];
    assert.deepEqual(retried.map(({ outcome }) => outcome), [undefined]);
  });
});

test("schedules remove takes a schedule away, with its waiting jobs where asked", async () => {
  await withSchedules(async (project) => {
    const job = await project.json(["schedules", "run", "hourly"]) as Row;
    const { out } = await project.run(["schedules", "remove", "hourly", "--jobs", "cancel"]);
    assert.equal(out, "Schedule 'hourly' is removed\n");
    assert.equal((await project.json(["schedules"]) as Row[]).length, 1);
    assert.equal((await project.json(["jobs", "show", String(job["id"])]) as Row)["outcome"], "cancelled");
  });
});

test("commands about one thing refuse an id that there is not", async () => {
  await withSchedules(async (project) => {
    for (const command of ["show", "pause", "resume", "remove", "run"]) {
      const { code, err } = await project.run(["schedules", command, "hourley"]);
      assert.equal(code, 5, command);
      assert.match(err, /no schedule 'hourley'; did you mean 'hourly'\? \(scheduleNotFound\)/);
    }
    for (const command of ["show", "cancel", "retry"]) {
      const { code, err } = await project.run(["jobs", command, "nothing"]);
      assert.equal(code, 5, command);
      assert.match(err, /no job 'nothing'.*\(jobNotFound\)/);
    }
  });
});

test("commands that read refuse a store that is not there, instead of making an empty one", async () => {
  await withProject({}, async (project) => {
    const { code, err } = await project.run(["jobs"]);
    assert.equal(code, 7);
    assert.match(err, /There is no database file:.*; 'carillon start' or 'carillon migrate' creates it/);
    assert.equal(existsSync(join(project.folder, "carillon.db")), false);
  });
});

test("tasks lists what the code says and what the store knows", async () => {
  await withProject(sampleTasks, async (project) => {
    const before = await project.json(["tasks"]) as Row[];
    assert.deepEqual(before.map(({ name }) => name), [
      "sample.add",
      "sample.fail",
      "sample.greet",
      "sample.tick",
    ]);
    assert.ok(before.every(({ stored }) => stored === undefined));
    await project.run(["run", "sample.greet"]);
    const { out } = await project.run(["tasks"]);
    assert.match(out, /sample\.add +idle +Adds two numbers +tasks\/samples\.ts:\d+/);
    assert.match(out, /sample\.tick +idle +ticking/);
  });
});

test("migrate makes the tables, shows the steps, and finds nothing to do the second time", async () => {
  await withProject({}, async (project) => {
    const { code, out } = await project.run(["migrate"]);
    assert.equal(code, 0);
    assert.match(out, /^ {2}1 {2}.+\n/);
    assert.match(out, /went from schema version 0 to \d+ in \d+ steps?\n$/);
    const [again] = await project.json(["migrate"]) as Row[];
    assert.deepEqual([again!["store"], again!["steps"]], ["main", []]);
  });
});
