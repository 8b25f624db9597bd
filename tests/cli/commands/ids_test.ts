import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { type SampleProject, sampleTasks, withProject } from "../sample_project.ts";

type Row = Readonly<Record<string, unknown>>;

const tick = task({ name: "sample.tick", run: () => "ticked" });

async function withIds(body: (project: SampleProject) => Promise<void>): Promise<void> {
  await withProject(sampleTasks, async (project) => {
    const scheduler = new Scheduler({ store: libsql(project.store), tasks: [tick] });
    for (const id of ["report-daily", "report-weekly", "report"]) {
      await scheduler.addJob(tick, undefined, { id, delay: { hours: 1 } });
      await scheduler.addSchedule(tick, interval({ hours: 1 }, { first: "afterPeriod" }), { id });
    }
    await scheduler.addJob(tick, undefined, { id: "child", after: ["report-daily"] });
    await scheduler.stop();
    await body(project);
  });
}

test("commands take the beginning of an id that no other id shares", async () => {
  await withIds(async (project) => {
    const id = async (...args: string[]) => (await project.json(args) as Row)["id"];
    assert.equal(await id("jobs", "show", "report-d"), "report-daily");
    assert.equal(await id("schedules", "show", "report-w"), "report-weekly");
    assert.equal(await id("schedules", "pause", "report-w"), "report-weekly");
    assert.match((await project.run(["jobs", "explain", "report-d"])).out, /report-daily/);
    const [cancelled] = await project.json(["jobs", "cancel", "report-w"]) as Row[];
    assert.equal(cancelled!["id"], "report-weekly");
    assert.equal((await project.json(["jobs", "retry", "report-w"]) as Row[])[0]!["id"], "report-weekly");
    const after = await project.json(["jobs", "list", "--after", "report-d"]) as Row[];
    assert.deepEqual(after.map((job) => job["id"]), ["child"]);
    const removed = await project.json(["jobs", "remove", "report-w"]) as Row;
    assert.deepEqual(removed["ids"], ["report-weekly"]);
  });
});

test("commands take a whole id although others begin with it", async () => {
  await withIds(async (project) => {
    assert.equal((await project.json(["jobs", "show", "report"]) as Row)["id"], "report");
    assert.equal((await project.json(["schedules", "show", "report"]) as Row)["id"], "report");
  });
});

test("commands refuse the beginning of several ids, naming them, and do nothing", async () => {
  await withIds(async (project) => {
    for (const args of [["jobs", "cancel", "report", "repo"], ["schedules", "remove", "report-"]]) {
      const { code, err } = await project.run(args);
      assert.equal(code, 2);
      assert.match(err, /is the beginning of the ids of several (jobs|schedules): .*report-weekly/);
      assert.match(err, /report-daily.*type more of it.*\(usage\)/);
    }
    assert.deepEqual(await project.json(["jobs", "--outcome", "cancelled"]), []);
    assert.equal((await project.json(["schedules"]) as Row[]).length, 3);
  });
});

test("commands refuse an id that begins none, and one with a character that other ids only resemble", async () => {
  await withIds(async (project) => {
    for (const id of ["report_d", "Report-d", "x"]) {
      const { code, err } = await project.run(["jobs", "show", id]);
      assert.equal(code, 5, id);
      assert.match(err, /\(jobNotFound\)/);
    }
  });
});
