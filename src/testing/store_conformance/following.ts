import assert from "node:assert/strict";
import type { JobTransition } from "../../model/job_record.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import { isFailure, jobOutcomes } from "../../model/states.ts";
import { TASK, versionOf, versionsOf } from "./records.ts";
import { contentOf, ending, failure } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";
import type { StoreTest } from "./store_test.ts";

async function follower(t: StoreTest): Promise<ScheduleRecord> {
  await t.task();
  return await t.addSchedule("s", { followsFinish: true });
}

function placeOf({ seq, id }: ScheduleRecord) {
  return { scheduleSeq: seq, scheduleId: id };
}

/** Nothing was written on the schedule. */
async function assertUntouched(t: StoreTest, before: ScheduleRecord): Promise<void> {
  assert.deepEqual(await t.schedule(before.id), before);
}

/** The end of a job was noted just now, and the schedule waits to be planned. */
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

/** Schedules that hear of the end of their jobs. */
export const followingTests: readonly StoreCheck[] = [
  ...outcomes.map((outcome) =>
    check(`endJobs() plans a schedule anew that follows its runs, outcome ${outcome}`, async (t) => {
      const before = await follower(t);
      const job = await t.running("a", placeOf(before));
      t.pass(10);
      await t.end(job, { to: "finished", outcome, value: null, error: null, keepMs: null });
      await assertFollowed(t, before, isFailure(outcome) ? 1 : 0);
      assert.equal((await t.store.dueSchedules(9)).due.length, 1);
    })
  ),
  check("endJobs() leaves a following schedule alone while its job goes on", async (t) => {
    const before = await follower(t);
    const transitions: readonly JobTransition[] = [
      { to: "retry", delayMs: 0, error: failure },
      { to: "handBack", lostLease: true },
      { to: "parked", reason: "unknown version" },
    ];
    for (const [i, transition] of transitions.entries()) {
      await t.end(await t.running(`job-${i}`, placeOf(before)), transition);
    }
    await assertUntouched(t, before);
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
  check("cancelJobs() plans a following schedule anew when its waiting job is cancelled", async (t) => {
    const before = await follower(t);
    await t.add("a", placeOf(before));
    t.pass(10);
    await t.store.cancelJobs(["a"], { reason: "not needed", keepMs: 5 });
    await assertFollowed(t, before);
  }),
  check("removeJobs() plans a following schedule anew when its waiting job is removed", async (t) => {
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
  check("claimJobs() plans a following schedule anew when its job missed its deadline", async (t) => {
    const before = await follower(t);
    const incarnation = await t.scheduler();
    await t.add("a", { ...placeOf(before), startDeadlineMs: t.nowMs });
    t.pass(10);
    await t.store.claimJobs({ incarnation, tasks: versionsOf([TASK]), limit: 9 });
    await assertFollowed(t, before, 1);
  }),
  check("takeOver() plans a following schedule anew when its run is abandoned", async (t) => {
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
