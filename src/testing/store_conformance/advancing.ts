import assert from "node:assert/strict";
import type { JobTransition, NewJob } from "../../model/job_record.ts";
import type { JsonValue } from "../../model/payload.ts";
import type { ScheduleRecord, ScheduleWrite } from "../../model/schedule_record.ts";
import { isFailure, jobOutcomes } from "../../model/states.ts";
import type { ScheduleAdvance } from "../../stores/schedule_store.ts";
import { idsOf, newJob, TASK, versionOf, versionsOf } from "./records.ts";
import { check, checkTwo, type StoreCheck } from "./store_check.ts";
import { contentOf, ending, failure, only, type StoreTest } from "./store_test.ts";

/** One step of a schedule as it was read, with jobs with these ids. */
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

/** Advancing schedules, with the jobs of their fires. */
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
  checkTwo("advanceSchedules() lets one of two schedulers advance a schedule", async (one, two) => {
    const read = await one.addSchedule("s", { nextFireTimeMs: one.nowMs });
    const [mine, yours] = [await one.store.dueSchedules(9), await two.store.dueSchedules(9)];
    assert.deepEqual(mine, yours);
    const next = { nextFireTimeMs: one.nowMs + 60_000 };
    const results = await Promise.all([
      one.store.advanceSchedules([advance(read, next, ["one"])]),
      two.store.advanceSchedules([advance(read, next, ["two"])]),
    ]);
    assert.deepEqual(results.flat().toSorted(), [false, true]);
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
  check("advanceSchedules() returns a result for each schedule, and writes the valid ones", async (t) => {
    const stale = await t.addSchedule("stale", { nextFireTimeMs: t.nowMs });
    const sound = await t.addSchedule("sound", { nextFireTimeMs: t.nowMs });
    await t.putSchedule(stale, { group: "g" });
    const next = { nextFireTimeMs: t.nowMs + 9 };
    const steps = [advance(stale, next, ["a"]), advance(sound, next, ["b"]), advance(sound, next, ["c"])];
    assert.deepEqual(await t.store.advanceSchedules(steps), [false, true, false]);
    assert.deepEqual(idsOf(await t.store.getJobs({})), ["b"]);
    assert.deepEqual(await t.store.advanceSchedules([]), []);
  }),
  check("advanceSchedules() advances nothing when one of the jobs cannot be stored", async (t) => {
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
  check("advanceSchedules() leaves a job alone whose id exists already", async (t) => {
    const read = await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
    await t.add("a", { priority: 5 });
    const step = advance(read, { nextFireTimeMs: t.nowMs + 9 }, ["a", "b"]);
    assert.deepEqual(await t.store.advanceSchedules([step]), [true]);
    assert.equal((await t.job("a")).priority, 5);
    assert.deepEqual(idsOf(await t.store.getJobs({})), ["b", "a"]);
  }),
  check("getFireTimes() returns the fire times that have a job in any state", async (t) => {
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

async function follower(t: StoreTest): Promise<ScheduleRecord> {
  await t.task();
  return await t.addSchedule("s", { followsFinish: true });
}

function placeOf({ seq, id }: ScheduleRecord) {
  return { scheduleSeq: seq, scheduleId: id };
}

/** Asserts that nothing was written on the schedule. */
async function assertUntouched(t: StoreTest, before: ScheduleRecord): Promise<void> {
  assert.deepEqual(await t.schedule(before.id), before);
}

/** Asserts that the end of a job was noted at the current time, and that the schedule waits to be planned. */
async function assertFollowed(t: StoreTest, before: ScheduleRecord, failedRuns = 0): Promise<void> {
  const after = await t.schedule(before.id);
  assert.ok(after.version > before.version);
  assert.deepEqual(after, {
    ...before,
    failedRuns,
    lastFinishedMs: t.nowMs,
    needsPlanning: true,
    updatedAtMs: t.nowMs,
    version: after.version,
  });
}

const outcomes = jobOutcomes.filter((outcome) => outcome !== "missedStartDeadline");

/** Schedules that follow the end of their jobs. */
export const followingTests: readonly StoreCheck[] = [
  ...outcomes.map((outcome) =>
    check(`endJobs() replans a schedule that follows its runs, outcome ${outcome}`, async (t) => {
      const before = await follower(t);
      const job = await t.running("a", placeOf(before));
      t.pass(10);
      await t.end(job, { to: "finished", outcome, value: null, error: null, keepMs: null });
      await assertFollowed(t, before, isFailure(outcome) ? 1 : 0);
      assert.equal((await t.store.dueSchedules(9)).due.length, 1);
    })
  ),
  check("endJobs() leaves a following schedule alone while its job continues", async (t) => {
    const before = await follower(t);
    const transitions: readonly JobTransition[] = [
      { to: "retry", delayMs: 0, error: failure },
      { to: "handBack", lostLease: true },
    ];
    for (const [i, transition] of transitions.entries()) {
      await t.end(await t.running(`job-${i}`, placeOf(before)), transition);
    }
    await assertUntouched(t, before);
  }),
  check("endJobs() replans a schedule that follows its runs when one is parked", async (t) => {
    const before = await follower(t);
    const job = await t.running("a", placeOf(before));
    t.pass(10);
    await t.end(job, { to: "parked", reason: "unknown version" });
    await assertFollowed(t, before);
    assert.equal(only((await t.store.dueSchedules(9)).due).unfinishedJobs, 0);
  }),
  ...jobOutcomes.map((outcome) =>
    check(`endJobs() counts the failed jobs of a schedule, outcome ${outcome}`, async (t) => {
      await t.task();
      const before = await t.addSchedule("s", { nextFireTimeMs: t.nowMs + 99 });
      for (const id of ["a", "b"]) {
        const end = { to: "finished", outcome, value: null, error: null, keepMs: null } as const;
        await t.end(await t.running(id, placeOf(before)), end);
      }
      await t.end(await t.running("c"), { to: "finished", outcome, value: null, error: null, keepMs: null });
      const failed = isFailure(outcome) ? 2 : 0;
      assert.equal((await t.schedule("s")).failedRuns, failed);
      const change = { puts: [{ expected: versionOf(before), schedule: contentOf(before) }] };
      assert.equal(
        (await t.store.writeSchedules(change))?.[0]?.failedRuns,
        failed,
        "a write keeps the count",
      );
    })
  ),
  check("endJobs() only notes the time on a schedule that does not follow its runs", async (t) => {
    await t.task();
    const before = await t.addSchedule("s", { nextFireTimeMs: t.nowMs + 99 });
    const job = await t.running("a", placeOf(before));
    t.pass(10);
    await t.end(job);
    assert.deepEqual(await t.schedule("s"), { ...before, lastFinishedMs: t.nowMs });
  }),
  check("endJobs() does not touch a schedule when the fence does not hold", async (t) => {
    const before = await follower(t);
    const job = await t.running("a", placeOf(before));
    await t.end({ ...job, claimNumber: 7 });
    await assertUntouched(t, before);
    await t.end(job);
    const followed = await t.schedule("s");
    t.pass(10);
    await t.end(job);
    await assertUntouched(t, followed);
  }),
  check("endJobs() does not touch a schedule made again under the same id", async (t) => {
    const first = await follower(t);
    const job = await t.running("a", placeOf(first));
    await t.removeSchedule(first);
    const second = await t.addSchedule("s", { followsFinish: true });
    assert.equal(await t.end(job), true);
    await assertUntouched(t, second);
  }),
  check("cancelJobs() replans a following schedule when its waiting job is cancelled", async (t) => {
    const before = await follower(t);
    await t.add("a", placeOf(before));
    t.pass(10);
    await t.store.cancelJobs(["a"], { reason: "not needed", keepMs: 5 });
    await assertFollowed(t, before);
  }),
  check("removeJobs() replans a following schedule when its waiting job is removed", async (t) => {
    const before = await follower(t);
    await t.add("a", placeOf(before));
    t.pass(10);
    await t.store.removeJobs(["a"]);
    await assertFollowed(t, before);
  }),
  check("removeJobs() does not touch the schedule of a finished job", async (t) => {
    const before = await follower(t);
    await t.end(await t.running("a", placeOf(before)));
    const followed = await t.schedule("s");
    t.pass(10);
    await t.store.removeJobs(["a"]);
    await assertUntouched(t, followed);
  }),
  check("claimJobs() replans a following schedule when its job missed its deadline", async (t) => {
    const before = await follower(t);
    const incarnation = await t.scheduler();
    await t.add("a", { ...placeOf(before), startDeadlineMs: t.nowMs });
    t.pass(10);
    await t.store.claimJobs({ incarnation, tasks: versionsOf([TASK]), limit: 9 });
    await assertFollowed(t, before, 1);
  }),
  check("takeOver() replans a following schedule when its run is abandoned", async (t) => {
    const before = await follower(t);
    const job = await t.running("a", placeOf(before));
    const owner = job.owner as number;
    await t.store.unregisterScheduler(owner);
    t.pass(10);
    const transition = {
      to: "finished",
      outcome: "abandoned",
      value: null,
      error: failure,
      keepMs: 5,
    } as const;
    await t.store.takeOver(owner, null, [ending(job, transition)]);
    await assertFollowed(t, before, 1);
  }),
];
