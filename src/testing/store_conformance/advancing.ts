import assert from "node:assert/strict";
import type { NewJob } from "../../model/job_record.ts";
import type { JsonValue } from "../../model/payload.ts";
import type { ScheduleRecord, ScheduleWrite } from "../../model/schedule_record.ts";
import type { ScheduleAdvance } from "../../stores/schedule_store.ts";
import { idsOf, newJob, versionOf } from "./records.ts";
import { contentOf } from "./store_test.ts";
import { check, checkTwo, type StoreCheck } from "./store_check.ts";

/** One step of a schedule as it was read, with jobs of these ids. */
function advance(
  read: ScheduleRecord,
  change: Partial<ScheduleWrite>,
  ids: readonly string[] = [],
  job: Partial<NewJob> = {},
): ScheduleAdvance {
  const place = { scheduleSeq: read.seq, scheduleId: read.id, fireTimeMs: read.nextFireTimeMs, ...job };
  return {
    expected: versionOf(read),
    expectedUnfinishedJobs: null,
    schedule: { ...contentOf(read), ...change },
    jobs: ids.map((id) => newJob(id, place)),
  };
}

/** Moving schedules on, with the jobs of their fires. */
export const advancingTests: readonly StoreCheck[] = [
  check("advanceSchedules() writes the schedule as given and inserts its jobs", async (t) => {
    const read = await t.addSchedule("s", { nextFireTimeMs: t.nowMs, needsPlanning: true });
    t.pass(5);
    const step = advance(read, {
      nextFireTimeMs: t.nowMs + 60_000,
      lastFireTimeMs: read.nextFireTimeMs,
      needsPlanning: false,
      counters: { runs: 2, late: 1, missed: 1, coalesced: 4, skipped: 3 },
    }, ["a", "b"]);
    assert.deepEqual(await t.store.advanceSchedules([step]), [true]);
    const after = await t.schedule("s");
    assert.deepEqual(contentOf(after), step.schedule);
    assert.ok(after.version > read.version);
    assert.deepEqual([after.seq, after.createdAtMs, after.updatedAtMs], [
      read.seq,
      read.createdAtMs,
      t.nowMs,
    ]);
    const job = await t.job("a");
    assert.deepEqual([job.scheduleSeq, job.scheduleId, job.fireTimeMs], [read.seq, "s", read.nextFireTimeMs]);
    assert.deepEqual(idsOf(await t.store.getJobs({ scheduleId: "s" })), ["b", "a"]);
  }),
  check("advanceSchedules() does nothing when it is repeated", async (t) => {
    const read = await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
    const step = advance(read, { nextFireTimeMs: t.nowMs + 9 }, ["a"]);
    assert.deepEqual(await t.store.advanceSchedules([step]), [true]);
    await t.store.removeJobs(["a"]);
    const after = await t.schedule("s");
    assert.deepEqual(await t.store.advanceSchedules([step]), [false]);
    assert.deepEqual(await t.schedule("s"), after);
    assert.deepEqual(await t.store.getJobs({}), []);
  }),
  checkTwo("advanceSchedules() lets one of two schedulers move a schedule on", async (one, two) => {
    const read = await one.addSchedule("s", { nextFireTimeMs: one.nowMs });
    const [mine, yours] = [await one.store.dueSchedules(9), await two.store.dueSchedules(9)];
    assert.deepEqual(mine, yours);
    const next = { nextFireTimeMs: one.nowMs + 60_000 };
    const answers = await Promise.all([
      one.store.advanceSchedules([advance(read, next, ["one"])]),
      two.store.advanceSchedules([advance(read, next, ["two"])]),
    ]);
    assert.deepEqual(answers.flat().toSorted(), [false, true]);
    assert.equal((await one.store.getJobs({})).length, 1);
    assert.deepEqual((await two.store.dueSchedules(9)).due, []);
  }),
  check("advanceSchedules() matches nothing after any write about the schedule", async (t) => {
    const changes = [
      (read: ScheduleRecord) => t.putSchedule(read, { paused: true }),
      (read: ScheduleRecord) => t.removeSchedule(read),
      () => t.store.replanSchedules(),
      async (read: ScheduleRecord) => {
        await t.removeSchedule(read);
        await t.addSchedule(read.id, { nextFireTimeMs: read.nextFireTimeMs });
      },
    ];
    for (const [i, change] of changes.entries()) {
      const read = await t.addSchedule(`s${i}`, { nextFireTimeMs: t.nowMs });
      await change(read);
      const before = await t.store.getSchedules({ ids: [read.id] });
      const step = advance(read, { nextFireTimeMs: t.nowMs + 9 }, [`job-${i}`]);
      assert.deepEqual(await t.store.advanceSchedules([step]), [false]);
      assert.deepEqual(await t.store.getSchedules({ ids: [read.id] }), before);
    }
    assert.deepEqual(await t.store.getJobs({}), []);
  }),
  check("advanceSchedules() answers for each schedule, the sound ones being written", async (t) => {
    const stale = await t.addSchedule("stale", { nextFireTimeMs: t.nowMs });
    const sound = await t.addSchedule("sound", { nextFireTimeMs: t.nowMs });
    await t.putSchedule(stale, { group: "g" });
    const next = { nextFireTimeMs: t.nowMs + 9 };
    const steps = [advance(stale, next, ["a"]), advance(sound, next, ["b"]), advance(sound, next, ["c"])];
    assert.deepEqual(await t.store.advanceSchedules(steps), [false, true, false]);
    assert.deepEqual(idsOf(await t.store.getJobs({})), ["b"]);
    assert.deepEqual(await t.store.advanceSchedules([]), []);
  }),
  check("advanceSchedules() moves nothing when one of the jobs cannot be stored", async (t) => {
    const read = await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
    const broken = { metadata: { amount: 1n as unknown as JsonValue } };
    const step = advance(read, { nextFireTimeMs: t.nowMs + 9 }, ["a"], broken);
    await assert.rejects(t.store.advanceSchedules([step]));
    assert.deepEqual(await t.schedule("s"), read);
    assert.deepEqual(await t.store.getJobs({}), []);
  }),
  check("advanceSchedules() holds the number of unfinished jobs to what was read", async (t) => {
    await t.task();
    const read = await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
    const job = await t.running("a", { scheduleSeq: read.seq, scheduleId: "s" });
    const step = advance(read, { nextFireTimeMs: t.nowMs + 9 }, ["b"]);
    assert.deepEqual(await t.store.advanceSchedules([{ ...step, expectedUnfinishedJobs: 0 }]), [false]);
    await t.end(job);
    assert.deepEqual(await t.store.advanceSchedules([{ ...step, expectedUnfinishedJobs: 1 }]), [false]);
    assert.deepEqual(await t.store.advanceSchedules([{ ...step, expectedUnfinishedJobs: 0 }]), [true]);
  }),
  check("advanceSchedules() is not disturbed by a job that ends, and keeps when it did", async (t) => {
    await t.task();
    const read = await t.addSchedule("s", { nextFireTimeMs: t.nowMs, lastFinishedMs: t.nowMs - 50 });
    const job = await t.running("a", { scheduleSeq: read.seq, scheduleId: "s" });
    t.pass(5);
    await t.end(job);
    const endedMs = t.nowMs;
    t.pass(5);
    const step = advance(read, { nextFireTimeMs: t.nowMs + 9 });
    assert.deepEqual(await t.store.advanceSchedules([step]), [true]);
    assert.equal((await t.schedule("s")).lastFinishedMs, endedMs);
  }),
  check("advanceSchedules() leaves a job alone whose id is there already", async (t) => {
    const read = await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
    await t.add("a", { priority: 5 });
    const step = advance(read, { nextFireTimeMs: t.nowMs + 9 }, ["a", "b"]);
    assert.deepEqual(await t.store.advanceSchedules([step]), [true]);
    assert.equal((await t.job("a")).priority, 5);
    assert.deepEqual(idsOf(await t.store.getJobs({})), ["b", "a"]);
  }),
  check("getFireTimes() answers which fire times have a job, whatever its state", async (t) => {
    await t.task();
    const { seq } = await t.addSchedule("s");
    const other = await t.addSchedule("t");
    const place = { scheduleSeq: seq, scheduleId: "s" };
    await t.end(await t.running("a", { ...place, fireTimeMs: 10 }));
    await t.add("b", { ...place, fireTimeMs: 20 });
    await t.add("manual", place);
    await t.add("c", { scheduleSeq: other.seq, scheduleId: "t", fireTimeMs: 30 });
    assert.deepEqual(await t.store.getFireTimes(seq, [30, 20, 15, 10]), [20, 10]);
    assert.deepEqual(await t.store.getFireTimes(seq, []), []);
    assert.deepEqual(await t.store.getFireTimes(seq + 99, [10]), []);
    await t.store.removeJobs(["a"]);
    assert.deepEqual(await t.store.getFireTimes(seq, [10, 20]), [20]);
  }),
];
