import assert from "node:assert/strict";
import { idsOf, TASK } from "./records.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { success } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";
import type { StoreTest } from "./store_test.ts";

async function finish(t: StoreTest, id: string, keepMs: number | null, scheduleSeq: number | null = null) {
  await t.task();
  const job = await t.running(id, { scheduleSeq, scheduleId: scheduleSeq === null ? null : "s" });
  await t.end(job, { ...success, keepMs } as typeof success);
}

/** Pruning of finished jobs and schedules; calendars and facts, which stay. */
export const pruningTests: readonly StoreCheck[] = [
  check("prune() deletes finished jobs that have expired, first to expire first", async (t) => {
    await finish(t, "second", 20);
    await finish(t, "first", 10);
    await finish(t, "third", 30);
    await finish(t, "indefinite", null);
    await t.add("waiting");
    t.pass(9);
    assert.deepEqual(await t.store.prune(10), { jobs: 0, schedules: [] });
    t.pass(21);
    assert.deepEqual(await t.store.prune(2), { jobs: 2, schedules: [] });
    assert.deepEqual(idsOf(await t.store.getJobs({})), ["waiting", "indefinite", "third"]);
    assert.deepEqual(await t.store.prune(2), { jobs: 1, schedules: [] });
    assert.deepEqual(idsOf(await t.store.getJobs({})), ["waiting", "indefinite"]);
    assert.deepEqual(await t.store.prune(2), { jobs: 0, schedules: [] });
  }),
  check("prune() keeps a finished job that was retried", async (t) => {
    await finish(t, "a", 10);
    await t.store.retryJobs(["a"]);
    t.pass(100);
    assert.equal((await t.store.prune(10)).jobs, 0);
    assert.equal((await t.job("a")).id, "a");
  }),
  check("prune() keeps the task's number of jobs of each outcome, the last to finish", async (t) => {
    await t.task(TASK, { retention: { successMs: null, otherMs: null, maxSuccess: 2, maxOther: 1 } });
    const runs = new Map<string, JobRecord>();
    for (const id of ["a", "b", "c", "d", "e", "f", "g"]) runs.set(id, await t.running(id));
    for (const id of ["d", "a", "c", "b"]) {
      t.pass(1);
      await t.end(runs.get(id)!, { ...success, keepMs: null } as typeof success);
    }
    for (const id of ["f", "e"]) {
      t.pass(1);
      await t.end(runs.get(id)!, { ...success, outcome: "error", keepMs: null } as typeof success);
    }
    assert.deepEqual(await t.store.prune(1), { jobs: 2, schedules: [] }, "one of each kind");
    assert.deepEqual(await t.store.prune(9), { jobs: 1, schedules: [] });
    assert.deepEqual(idsOf(await t.store.getJobs({})), ["g", "e", "c", "b"]);
    assert.deepEqual(await t.store.prune(9), { jobs: 0, schedules: [] });
    await t.store.retryJobs(["b"]);
    await t.end(runs.get("g")!, { ...success, keepMs: null } as typeof success);
    assert.deepEqual(
      await t.store.prune(9),
      { jobs: 0, schedules: [] },
      "what is tried again is not counted",
    );
    await t.store.removeJobs(["c"]);
    await t.store.updateTask(TASK, { overrides: { retention: { successMs: 1, otherMs: 1, maxSuccess: 1 } } });
    assert.deepEqual(await t.store.prune(9), { jobs: 0, schedules: [] });
    await t.end(await t.running("h"), { ...success, keepMs: null } as typeof success);
    assert.deepEqual(await t.store.prune(9), { jobs: 1, schedules: [] }, "what was set at run time counts");
  }),
  check("prune() counts only jobs that finished while their task kept a number of them", async (t) => {
    await finish(t, "before", null);
    await t.task(TASK, { retention: { successMs: null, otherMs: null, maxSuccess: 1 } });
    await t.end(await t.running("a"), { ...success, keepMs: null } as typeof success);
    await t.end(await t.running("b"), { ...success, keepMs: null } as typeof success);
    assert.deepEqual(await t.store.prune(9), { jobs: 1, schedules: [] });
    assert.deepEqual(idsOf(await t.store.getJobs({})), ["b", "before"]);
  }),
  check("prune() deletes finished schedules of generated ids once their jobs are gone", async (t) => {
    const generated = await t.addSchedule("s", { generatedId: true });
    await finish(t, "a", 10, generated.seq);
    await t.add("b", { scheduleSeq: generated.seq, scheduleId: "s" });
    await t.putSchedule(await t.schedule("s"), { status: "finished" });
    await t.addSchedule("named", { status: "finished" });
    await t.addSchedule("active", { generatedId: true });
    await t.addSchedule("failed", { generatedId: true, status: "failed" });
    t.pass(10);
    assert.deepEqual(await t.store.prune(10), { jobs: 1, schedules: [] });
    await t.store.removeJobs(["b"]);
    assert.deepEqual(await t.store.prune(10), { jobs: 0, schedules: ["s"] });
    assert.deepEqual(idsOf(await t.store.getSchedules({})).toSorted(), ["active", "failed", "named"]);
  }),
  check("prune() deletes a schedule together with the last job it waited for", async (t) => {
    const { seq } = await t.addSchedule("s", { generatedId: true });
    await finish(t, "a", 10, seq);
    await t.putSchedule(await t.schedule("s"), { status: "finished" });
    t.pass(10);
    assert.deepEqual(await t.store.prune(1), { jobs: 1, schedules: ["s"] });
  }),
  check("prune() deletes no more schedules than asked for", async (t) => {
    for (const id of ["a", "b", "c"]) await t.addSchedule(id, { generatedId: true, status: "finished" });
    assert.deepEqual((await t.store.prune(2)).schedules, ["a", "b"]);
    assert.deepEqual((await t.store.prune(2)).schedules, ["c"]);
    assert.deepEqual(await t.store.getSchedules({}), []);
  }),
  check("putCalendar() writes, replaces and removes calendars, with versions that grow", async (t) => {
    const definition = { dates: ["2026-12-25"], note: null };
    await t.store.putCalendar("b", definition);
    await t.store.putCalendar("a", ["2026-01-01"]);
    const first = await t.store.getCalendars();
    assert.deepEqual(first.map((x) => [x.name, x.definition]), [["a", ["2026-01-01"]], ["b", definition]]);
    await t.store.putCalendar("b", null);
    await t.store.putCalendar("unknown", null);
    assert.deepEqual((await t.store.getCalendars()).map(({ name }) => name), ["a"]);
    await t.store.putCalendar("b", {});
    await t.store.putCalendar("a", []);
    const second = await t.store.getCalendars();
    assert.deepEqual(second.map((x) => [x.name, x.definition]), [["a", []], ["b", {}]]);
    for (const i of [0, 1]) assert.ok((second[i]?.version ?? 0) > (first[i]?.version ?? 0));
  }),
  check("putFact() remembers facts", async (t) => {
    assert.equal(await t.store.getFact("time zone rules"), undefined);
    await t.store.putFact("time zone rules", "2026a");
    await t.store.putFact("other", "");
    await t.store.putFact("time zone rules", "2026b");
    assert.equal(await t.store.getFact("time zone rules"), "2026b");
    assert.equal(await t.store.getFact("other"), "");
  }),
];
