import assert from "node:assert/strict";
import type { JobRecord, JobTransition } from "../../model/job_record.ts";
import { TASK } from "./records.ts";
import { ending, failure, only, success } from "./store_test.ts";
import { check, checkTwo, type StoreCheck } from "./store_check.ts";

const handBack: JobTransition = { to: "handBack", lostLease: true };
const abandoned: JobTransition = {
  to: "finished",
  outcome: "abandoned",
  value: null,
  error: failure,
  keepMs: 9,
};

function ownerOf(job: JobRecord): number {
  return job.owner as number;
}

/** Taking over the work of schedulers that are gone. */
export const takeoverTests: readonly StoreCheck[] = [
  check("takeOver() removes the scheduler and ends its runs in one step", async (t) => {
    await t.task();
    const incarnation = await t.scheduler([TASK], 1000);
    await t.addAll(["a", "b"]);
    const [a, b] = await t.claim(incarnation) as [JobRecord, JobRecord];
    t.pass(1001);
    const endings = [ending(a, handBack), ending(b, abandoned)];
    const seenMs = only(await t.store.getSchedulers()).leaseUntilMs;
    assert.deepEqual(await t.store.takeOver(incarnation, seenMs, endings), [true, true]);
    assert.deepEqual(await t.store.getSchedulers(), []);
    assert.deepEqual(await t.store.getOrphanedIncarnations(), []);
    const [again, gone] = [await t.job("a"), await t.job("b")];
    assert.deepEqual([again.attempt, again.lostLeases, again.claimNumber], [0, 1, 1]);
    assert.deepEqual([gone.state, gone.outcome, gone.expiresAtMs], ["finished", "abandoned", t.nowMs + 9]);
  }),
  check(
    "claimJobs() takes a scheduler that was taken over's job again, in the slot that came free",
    async (t) => {
      await t.task(TASK, { maxRunningJobs: 1 });
      const [dead, alive] = [await t.scheduler([TASK], 1000), await t.scheduler([TASK], 99_000)];
      await t.addAll(["a", "b"]);
      const first = only(await t.claim(dead));
      t.pass(1001);
      assert.deepEqual(await t.claimIds(alive), []);
      const seenMs = (await t.store.heartbeat(alive, 99_000)).others[0]?.leaseUntilMs ?? null;
      await t.store.takeOver(dead, seenMs, [ending(first, handBack)]);
      const second = only(await t.claim(alive));
      assert.deepEqual([second.id, second.attempt, second.claimNumber], ["a", 1, 2]);
      assert.deepEqual(await t.claimIds(alive), []);

      assert.equal(await t.end(first, success), false);
      assert.deepEqual(await t.job("a"), second);
      assert.equal(await t.end(second, success), true);
      assert.deepEqual(await t.claimIds(alive), ["b"]);
    },
  ),
  check("takeOver() does nothing when the scheduler has beaten meanwhile", async (t) => {
    await t.task();
    const incarnation = await t.scheduler([TASK], 1000);
    await t.add("a");
    const job = only(await t.claim(incarnation));
    const seenMs = only(await t.store.getSchedulers()).leaseUntilMs;
    t.pass(1);
    await t.store.heartbeat(incarnation, 1000);
    assert.equal(await t.store.takeOver(incarnation, seenMs, [ending(job, handBack)]), undefined);
    assert.equal(await t.store.takeOver(incarnation, null, [ending(job, handBack)]), undefined);
    assert.deepEqual(await t.job("a"), job);
    assert.equal((await t.store.getSchedulers()).length, 1);
  }),
  check("takeOver() tells for each ending whether its fence held", async (t) => {
    await t.task();
    const [a, b] = [await t.running("a"), await t.running("b")];
    const endings = [ending({ ...a, claimNumber: 5 }, handBack), ending(a, handBack)];
    const seenMs = (await t.store.getSchedulers())[0]?.leaseUntilMs ?? null;
    assert.deepEqual(await t.store.takeOver(ownerOf(a), seenMs, endings), [false, true]);
    assert.deepEqual(await t.job("b"), b);
  }),
  check("takeOver() counts an incarnation without a record as gone", async (t) => {
    await t.task();
    const job = await t.running("a");
    await t.store.unregisterScheduler(ownerOf(job));
    assert.deepEqual(await t.store.takeOver(ownerOf(job), null, [ending(job, handBack)]), [true]);
    assert.equal((await t.job("a")).attempt, 0);
    assert.deepEqual(await t.store.getOrphanedIncarnations(), []);
  }),
  check("takeOver() does nothing the second time", async (t) => {
    await t.task();
    const job = await t.running("a");
    const seenMs = only(await t.store.getSchedulers()).leaseUntilMs;
    const endings = [ending(job, handBack)];
    await t.store.takeOver(ownerOf(job), seenMs, endings);
    const after = await t.job("a");
    assert.deepEqual(await t.store.takeOver(ownerOf(job), seenMs, endings), [false]);
    assert.deepEqual(await t.job("a"), after);
  }),
  check("takeOver() leaves runs that were not named to the next look", async (t) => {
    await t.task();
    const job = await t.running("a");
    const seenMs = only(await t.store.getSchedulers()).leaseUntilMs;
    assert.deepEqual(await t.store.takeOver(ownerOf(job), seenMs, []), []);
    assert.deepEqual(await t.store.getOrphanedIncarnations(), [ownerOf(job)]);
    assert.equal((await t.job("a")).state, "running");
  }),
  check("heartbeat() tells a scheduler that was taken over that it is gone and owns nothing", async (t) => {
    await t.task();
    const job = await t.running("a");
    const seenMs = only(await t.store.getSchedulers()).leaseUntilMs;
    await t.store.takeOver(ownerOf(job), seenMs, [ending(job, handBack)]);
    const answer = await t.store.heartbeat(ownerOf(job), 1000);
    assert.deepEqual([answer.alive, answer.owned], [false, []]);
    assert.deepEqual(await t.claimIds(ownerOf(job)), []);
    assert.deepEqual(await t.store.getSchedulers(), []);
  }),
  check("endJobs() tells an owner that was taken over that its finish was not recorded", async (t) => {
    await t.task();
    const job = await t.running("a");
    const seenMs = only(await t.store.getSchedulers()).leaseUntilMs;
    await t.store.takeOver(ownerOf(job), seenMs, [ending(job, abandoned)]);
    const after = await t.job("a");
    assert.equal(await t.end(job, success), false);
    assert.deepEqual(await t.job("a"), after);
  }),
  checkTwo("takeOver() lets one of two observers take the work", async (one, two) => {
    await one.task();
    const job = await one.running("a");
    const seenMs = only(await two.store.getSchedulers()).leaseUntilMs;
    const answers = await Promise.all([
      one.store.takeOver(ownerOf(job), seenMs, [ending(job, handBack)]),
      two.store.takeOver(ownerOf(job), seenMs, [ending(job, handBack)]),
    ]);
    assert.deepEqual(answers.flat().toSorted(), [false, true]);
    assert.equal((await one.job("a")).lostLeases, 1);
  }),
];
