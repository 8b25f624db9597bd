import assert from "node:assert/strict";
import type { JobEnding, JobRecord, JobTransition } from "../../model/job_record.ts";
import { idsOf, TASK, versionsOf } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { ending, failure, fenceOf, only, type StoreTest, success } from "./store_test.ts";

/** Ends after which the job continues. */
const unfinishedEnds: readonly JobTransition[] = [
  { to: "retry", delayMs: 100, error: failure },
  { to: "snooze", delayMs: 100 },
  { to: "handBack", lostLease: true },
  { to: "parked", reason: "unknown version" },
];

/** Ends of runs, and the fence that guards them. */
export const endingTests: readonly StoreCheck[] = [
  check("endJobs() finishes a run and keeps it for the given time", async (t) => {
    await t.task();
    const job = await t.running("a");
    t.pass(10);
    assert.equal(await t.end(job, success), true);
    const finished: JobRecord = {
      ...job,
      state: "finished",
      outcome: "success",
      value: "json:1",
      finishedAtMs: t.nowMs,
      expiresAtMs: t.nowMs + 1000,
    };
    assert.deepEqual(await t.job("a"), finished);
  }),
  ...[1, 50].map((values) =>
    check(`endJobs() gives each of 50 successes its value, of ${values} different ones`, async (t) => {
      await t.task();
      await t.addAll(Array.from({ length: 50 }, (_, number) => `job-${String(number).padStart(2, "0")}`));
      const claimed = await t.claim(await t.scheduler());
      t.pass(10);
      const value = (index: number) => `json:${index % values}`;
      const endings = claimed.map((job, index) => ending(job, { ...success, value: value(index) }));
      assert.deepEqual(await t.store.endJobs(endings), Array(50).fill(true));
      const expected = claimed.map((job, index): JobRecord => ({
        ...job,
        state: "finished",
        outcome: "success",
        value: value(index),
        finishedAtMs: t.nowMs,
        expiresAtMs: t.nowMs + 1000,
      }));
      assert.deepEqual(await t.store.getJobs({ order: "oldest" }), expected);
      assert.deepEqual(await t.store.endJobs(endings), Array(50).fill(true), "they ended in just this way");
    })
  ),
  check("endJobs() touches no other run where most of many end the same way", async (t) => {
    await t.task();
    const mine = await t.scheduler();
    const others = await t.scheduler();
    await t.addAll(["a", "b", "c", "d"]);
    const [a, b] = await t.claim(mine, { limit: 2 });
    const [c, d] = await t.claim(others, { limit: 2 });
    const asMine = (job: JobRecord) => ending({ ...job, owner: mine }, success);
    assert.deepEqual(await t.store.endJobs([a!, c!, b!, d!].map(asMine)), [true, false, true, false]);
    assert.deepEqual([await t.job("c"), await t.job("d")], [c, d]);
  }),
  ...[1, 50].map((values) =>
    check(`endJobs() gives each of 50 jobs its own end, with ${values} different values`, async (t) => {
      await t.task();
      await t.addAll(Array.from({ length: 50 }, (_, number) => `job-${String(number).padStart(2, "0")}`));
      const claimed = await t.claim(await t.scheduler());
      const value = (index: number) => index === 7 ? null : `json:${index % values}`;
      const endings = claimed.map((job, index) =>
        ending(job, { ...success, outcome: index === 7 ? "cancelled" : "success", value: value(index) })
      );
      assert.deepEqual(await t.store.endJobs(endings), Array(50).fill(true));
      const stored = await t.store.getJobs({ order: "oldest" });
      assert.deepEqual(stored.map((job) => job.value), claimed.map((_, index) => value(index)));
      assert.equal(stored.findIndex((job) => job.outcome === "cancelled"), 7);
    })
  ),
  check("endJobs() stores the error of a failed run, also indefinitely", async (t) => {
    await t.task();
    const job = await t.running("a");
    const error = { ...failure, stack: "at x", code: "E1", cause: { name: "Error", message: "ü" } };
    await t.end(job, { to: "finished", outcome: "error", value: null, error, keepMs: null });
    const { state, outcome, expiresAtMs, value, ...ended } = await t.job("a");
    assert.deepEqual([state, outcome, expiresAtMs, value], ["finished", "error", null, null]);
    assert.deepEqual(ended.error, error);
  }),
  check("endJobs() lets a retry wait, with its error, as a scheduled job", async (t) => {
    await t.task();
    const job = await t.running("a");
    await t.end(job, { to: "retry", delayMs: 100, error: failure });
    const waiting = await t.job("a");
    assert.deepEqual(waiting, { ...job, state: "scheduled", runAtMs: t.nowMs + 100, error: failure });
    assert.deepEqual(await t.claimIds(job.owner as number), []);
    t.pass(100);
    const again = only(await t.claim(job.owner as number));
    assert.deepEqual([again.attempt, again.claimNumber, again.error], [2, 2, failure]);
  }),
  check("endJobs() makes a retry without delay ready at once", async (t) => {
    await t.task();
    const job = await t.running("a");
    await t.end(job, { to: "retry", delayMs: 0, error: failure });
    assert.equal(await t.state("a"), "ready");
  }),
  check("endJobs() puts a job off without using an attempt or its start deadline", async (t) => {
    await t.task();
    const job = await t.running("a", { startDeadlineMs: t.nowMs + 50 });
    await t.end(job, { to: "snooze", delayMs: 100 });
    const waiting = await t.job("a");
    assert.deepEqual(waiting, {
      ...job,
      state: "scheduled",
      runAtMs: t.nowMs + 100,
      attempt: 0,
      startDeadlineMs: null,
    });
    t.pass(100);
    const again = only(await t.claim(job.owner as number));
    assert.deepEqual([again.attempt, again.claimNumber], [1, 2]);
  }),
  check("endJobs() hands a job back without using an attempt", async (t) => {
    await t.task();
    const job = await t.running("a");
    await t.end(job, { to: "handBack", lostLease: false });
    assert.deepEqual(await t.job("a"), { ...job, state: "ready", attempt: 0 });
    const again = only(await t.claim(job.owner as number));
    assert.deepEqual([again.attempt, again.claimNumber, again.lostLeases], [1, 2, 0]);
  }),
  check("endJobs() counts lost leases of jobs that are handed back", async (t) => {
    await t.task();
    let job = await t.running("a");
    for (const lostLeases of [1, 2]) {
      await t.end(job, { to: "handBack", lostLease: true });
      assert.equal((await t.job("a")).lostLeases, lostLeases);
      job = only(await t.claim(job.owner as number));
    }
    assert.deepEqual([job.attempt, job.claimNumber], [1, 3]);
  }),
  check("endJobs() parks a job with its reason, without using an attempt", async (t) => {
    await t.task();
    const job = await t.running("a");
    await t.end(job, { to: "parked", reason: "version 2 is not known here" });
    assert.deepEqual(await t.job("a"), {
      ...job,
      state: "parked",
      attempt: 0,
      parkedReason: "version 2 is not known here",
    });
    assert.deepEqual(await t.claimIds(job.owner as number), []);
  }),
  ...unfinishedEnds.map((transition) =>
    check(`endJobs() cancels instead of ${transition.to} when the job was asked to stop`, async (t) => {
      await t.task(TASK, { retention: { successMs: 1, otherMs: 700 } });
      const job = await t.running("a");
      await t.store.cancelJobs(["a"], { reason: "not needed", keepMs: 5 });
      assert.equal(await t.end(job, transition), true);
      const ended = await t.job("a");
      assert.deepEqual([ended.state, ended.outcome], ["finished", "cancelled"]);
      assert.deepEqual(ended.error, { name: "Cancelled", message: "not needed" });
      assert.equal(ended.expiresAtMs, t.nowMs + 700);
    })
  ),
  check(
    "endJobs() keeps the outcome of a run that finished although it was asked to stop",
    async (t) => {
      await t.task();
      const job = await t.running("a");
      await t.store.cancelJobs(["a"], { reason: "not needed", keepMs: 5 });
      await t.end(job, success);
      assert.equal((await t.job("a")).outcome, "success");
    },
  ),
  check("endJobs() refuses a caller that does not own the run, and writes nothing", async (t) => {
    await t.task();
    const job = await t.running("a");
    const fence = fenceOf(job);
    const wrong = [
      { ...fence, incarnation: fence.incarnation + 1 },
      { ...fence, claimNumber: fence.claimNumber + 1 },
      { ...fence, claimNumber: fence.claimNumber - 1 },
      { ...fence, seq: fence.seq + 1 },
    ];
    const results = await t.store.endJobs(wrong.map((fence) => ({ fence, transition: success })));
    assert.deepEqual(results, [false, false, false, false]);
    assert.deepEqual(await t.job("a"), job);
  }),
  check("endJobs() refuses the owner of an earlier claim, also the same scheduler", async (t) => {
    await t.task();
    const first = await t.running("a");
    await t.end(first, { to: "handBack", lostLease: false });
    const second = only(await t.claim(first.owner as number));
    assert.equal(await t.end(first, success), false);
    assert.deepEqual(await t.job("a"), second);
    assert.equal(await t.end(second, success), true);
  }),
  check("endJobs() returns a result for each ending, and writes the valid ones", async (t) => {
    await t.task();
    const [a, b] = [await t.running("a"), await t.running("b")];
    const stale = ending({ ...a, claimNumber: 9 });
    assert.deepEqual(await t.store.endJobs([stale, ending(b), ending(a)]), [false, true, true]);
    assert.deepEqual([await t.state("a"), await t.state("b")], ["finished", "finished"]);
    assert.deepEqual(await t.store.endJobs([]), []);
  }),
  check(
    "endJobs() returns true again for a finish that is repeated, and changes nothing",
    async (t) => {
      await t.task();
      const job = await t.running("a");
      await t.end(job, success);
      const finished = await t.job("a");
      t.pass(10);
      assert.equal(await t.end(job, success), true);
      assert.deepEqual(await t.job("a"), finished);
      const other = { to: "finished", outcome: "error", value: null, error: failure, keepMs: 1 } as const;
      assert.equal(await t.end(job, other), false);
      assert.deepEqual(await t.job("a"), finished);
    },
  ),
  check("endJobs() changes nothing when anything else is repeated", async (t) => {
    await t.task();
    const job = await t.running("a");
    const retry = { to: "retry", delayMs: 100, error: failure } as const;
    await t.end(job, retry);
    const waiting = await t.job("a");
    t.pass(10);
    await t.end(job, retry);
    assert.deepEqual(await t.job("a"), waiting);
  }),
  check("putProgress() notes the progress of a run while its fence holds", async (t) => {
    await t.task();
    const job = await t.running("a");
    const progress = { done: 1, total: 4, message: "sending", atMs: t.nowMs };
    await t.store.putProgress([{ fence: fenceOf(job), progress }]);
    assert.deepEqual((await t.job("a")).progress, progress);
    const stale = { ...fenceOf(job), claimNumber: 2 };
    await t.store.putProgress([{ fence: stale, progress: { ...progress, done: 4 } }]);
    assert.deepEqual((await t.job("a")).progress, progress);
    await t.end(job);
    await t.store.putProgress([{ fence: fenceOf(job), progress: { ...progress, done: 4 } }]);
    assert.deepEqual((await t.job("a")).progress, progress);
  }),
];

/** Claims up to ten jobs after ends of runs; resolves to the claimed ids and to which ends held. */
async function claimAfter(t: StoreTest, incarnation: number, ends: readonly JobEnding[]) {
  const request = { incarnation, tasks: versionsOf([TASK, "other"]), limit: 10 };
  const { claimed, held } = await t.store.claimJobs(request, ends);
  return { ids: idsOf(claimed), held, claimed };
}

/** A running job of a task that runs one at a time; its other jobs wait. */
async function oneRuns(t: StoreTest, waiting: readonly string[]): Promise<JobRecord> {
  await t.task(TASK, { maxRunningJobs: 1 });
  const incarnation = await t.scheduler();
  await t.addAll(["a", ...waiting]);
  return only(await t.claim(incarnation));
}

/** Claims that end runs first, in one transaction. */
export const endingInClaimTests: readonly StoreCheck[] = [
  check("claimJobs() takes the jobs that the ends in it let start", async (t) => {
    const job = await oneRuns(t, ["b", "c"]);
    t.pass(5);
    const { ids, held } = await claimAfter(t, job.owner as number, [ending(job)]);
    assert.deepEqual([ids, held], [["b"], [true]]);
    const { state, outcome, finishedAtMs } = await t.job("a");
    assert.deepEqual([state, outcome, finishedAtMs], ["finished", "success", t.nowMs]);
    assert.equal((await t.job("b")).state, "running");
  }),
  check("claimJobs() without ends returns no results of ends", async (t) => {
    const job = await oneRuns(t, ["b"]);
    assert.deepEqual(await claimAfter(t, job.owner as number, []), { ids: [], held: [], claimed: [] });
  }),
  check("claimJobs() takes what waits for the key of a run that ends in it", async (t) => {
    await t.task(TASK, { concurrency: { max: 1, fifo: true } });
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b", "c"], { concurrencyKey: "k" });
    const job = only(await t.claim(incarnation));
    assert.deepEqual((await claimAfter(t, incarnation, [ending(job)])).ids, ["b"]);
  }),
  check("claimJobs() takes jobs that waited for a run that ends in it", async (t) => {
    await t.task();
    const job = await t.running("a");
    await t.add("child", { parents: { ids: ["a"], onFailure: "cascade" } });
    assert.deepEqual((await claimAfter(t, job.owner as number, [ending(job)])).ids, ["child"]);
  }),
  check("claimJobs() takes a job again whose retry without delay is in it", async (t) => {
    const job = await oneRuns(t, []);
    const retry = { to: "retry", delayMs: 0, error: failure } as const;
    const { claimed } = await claimAfter(t, job.owner as number, [ending(job, retry)]);
    const again = only(claimed);
    assert.deepEqual([again.id, again.attempt, again.claimNumber, again.error], ["a", 2, 2, failure]);
  }),
  check("claimJobs() returns when a retry in it is due", async (t) => {
    const job = await oneRuns(t, []);
    const request = { incarnation: job.owner as number, tasks: versionsOf([TASK]), limit: 1 };
    const retry = { to: "retry", delayMs: 70, error: failure } as const;
    const result = await t.store.claimJobs(request, [ending(job, retry)]);
    assert.deepEqual([result.claimed, result.nextRunAtMs], [[], t.nowMs + 70]);
  }),
  check(
    "claimJobs() refuses ends from a caller that does not own the run, and frees nothing for them",
    async (t) => {
      const job = await oneRuns(t, ["b"]);
      const stale = ending({ ...job, claimNumber: 9 });
      assert.deepEqual(await claimAfter(t, job.owner as number, [stale]), {
        ids: [],
        held: [false],
        claimed: [],
      });
      assert.deepEqual(await t.job("a"), job);
    },
  ),
  check("claimJobs() returns a result for each end in it, and writes the valid ones", async (t) => {
    await t.task();
    const [a, b] = [await t.running("a"), await t.running("b")];
    const ends = [ending({ ...a, claimNumber: 9 }), ending(b), ending(a, { to: "snooze", delayMs: 10 })];
    assert.deepEqual((await claimAfter(t, a.owner as number, ends)).held, [false, true, true]);
    assert.deepEqual([await t.state("a"), await t.state("b")], ["scheduled", "finished"]);
  }),
  check(
    "claimJobs() that is repeated returns the results of its ends again, and stays within the limits",
    async (t) => {
      const job = await oneRuns(t, ["b", "c"]);
      const ends = [ending(job, success)];
      assert.deepEqual((await claimAfter(t, job.owner as number, ends)).ids, ["b"]);
      const again = await claimAfter(t, job.owner as number, ends);
      assert.deepEqual([again.ids, again.held], [[], [true]]);
      assert.equal((await t.job("b")).claimNumber, 1);
    },
  ),
  check(
    "claimJobs() ends runs of a scheduler that is not registered, and takes nothing for it",
    async (t) => {
      const job = await oneRuns(t, ["b"]);
      await t.store.unregisterScheduler(job.owner as number);
      const { ids, held } = await claimAfter(t, job.owner as number, [ending(job)]);
      assert.deepEqual([ids, held, await t.state("a")], [[], [true], "finished"]);
    },
  ),
];
