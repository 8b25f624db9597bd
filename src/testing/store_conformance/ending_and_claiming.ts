import assert from "node:assert/strict";
import type { JobEnding, JobRecord } from "../../model/job_record.ts";
import { idsOf, TASK, versionsOf } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { ending, failure, only, type StoreTest, success } from "./store_test.ts";

/** Claims up to ten jobs after ends of runs; answers the ids of what was taken and which ends held. */
async function claimAfter(t: StoreTest, incarnation: number, ends: readonly JobEnding[]) {
  const request = { incarnation, tasks: versionsOf([TASK, "other"]), limit: 10 };
  const { claimed, held } = await t.store.claimJobs(request, ends);
  return { ids: idsOf(claimed), held, claimed };
}

/** A job of a task that runs one at a time, which runs; others of it wait. */
async function oneRuns(t: StoreTest, waiting: readonly string[]): Promise<JobRecord> {
  await t.task(TASK, { maxRunningJobs: 1 });
  const incarnation = await t.scheduler();
  await t.addAll(["a", ...waiting]);
  return only(await t.claim(incarnation));
}

/** Claims that first end runs, in one step. */
export const endingAndClaiming: readonly StoreCheck[] = [
  check("claimJobs() takes what the ends in it let start", async (t) => {
    const job = await oneRuns(t, ["b", "c"]);
    t.pass(5);
    const { ids, held } = await claimAfter(t, job.owner as number, [ending(job)]);
    assert.deepEqual([ids, held], [["b"], [true]]);
    const { state, outcome, finishedAtMs } = await t.job("a");
    assert.deepEqual([state, outcome, finishedAtMs], ["finished", "success", t.nowMs]);
    assert.equal((await t.job("b")).state, "running");
  }),
  check("claimJobs() without ends answers for none", async (t) => {
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
  check("claimJobs() tells of a retry in it when it is due", async (t) => {
    const job = await oneRuns(t, []);
    const request = { incarnation: job.owner as number, tasks: versionsOf([TASK]), limit: 1 };
    const retry = { to: "retry", delayMs: 70, error: failure } as const;
    const answer = await t.store.claimJobs(request, [ending(job, retry)]);
    assert.deepEqual([answer.claimed, answer.nextRunAtMs], [[], t.nowMs + 70]);
  }),
  check("claimJobs() refuses ends by who does not own the run, and frees nothing for them", async (t) => {
    const job = await oneRuns(t, ["b"]);
    const stale = ending({ ...job, claimNumber: 9 });
    assert.deepEqual(await claimAfter(t, job.owner as number, [stale]), {
      ids: [],
      held: [false],
      claimed: [],
    });
    assert.deepEqual(await t.job("a"), job);
  }),
  check("claimJobs() answers for each end in it, the sound ones being written", async (t) => {
    await t.task();
    const [a, b] = [await t.running("a"), await t.running("b")];
    const ends = [ending({ ...a, claimNumber: 9 }), ending(b), ending(a, { to: "snooze", delayMs: 10 })];
    assert.deepEqual((await claimAfter(t, a.owner as number, ends)).held, [false, true, true]);
    assert.deepEqual([await t.state("a"), await t.state("b")], ["scheduled", "finished"]);
  }),
  check(
    "claimJobs() that is repeated answers its ends again, and takes no more than limits allow",
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
    "claimJobs() ends runs of a scheduler that is not registered any more, and takes nothing for it",
    async (t) => {
      const job = await oneRuns(t, ["b"]);
      await t.store.unregisterScheduler(job.owner as number);
      const { ids, held } = await claimAfter(t, job.owner as number, [ending(job)]);
      assert.deepEqual([ids, held, await t.state("a")], [[], [true], "finished"]);
    },
  ),
];
