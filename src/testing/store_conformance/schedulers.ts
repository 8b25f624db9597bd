import assert from "node:assert/strict";
import type { JobRecord, JobTransition } from "../../model/job_record.ts";
import { schedulerWrite, TASK } from "./records.ts";
import { check, checkTwo, type StoreCheck } from "./store_check.ts";
import { ending, failure, only, success } from "./store_test.ts";

/** Registering, leases and heartbeats. */
export const schedulerTests: readonly StoreCheck[] = [
  check("registerScheduler() stores the scheduler with a lease from now", async (t) => {
    const write = {
      ...schedulerWrite(["a", "b"], 5000),
      name: "left",
      tags: ["gpu"],
      role: "worker",
      process: { hostname: "h", pid: 7, bootId: "boot", pidNamespace: "ns", startedAt: "12" },
    } as const;
    const { incarnation, nowMs } = await t.store.registerScheduler(write);
    assert.equal(nowMs, t.nowMs);
    assert.deepEqual(await t.store.getSchedulers(), [
      { ...write, incarnation, startedAtMs: t.nowMs, leaseUntilMs: t.nowMs + 5000 },
    ]);
  }),
  check("registerScheduler() never gives an incarnation twice", async (t) => {
    const first = await t.scheduler();
    await t.store.unregisterScheduler(first);
    const second = await t.scheduler();
    const third = await t.scheduler();
    assert.ok(second > first && third > second);
    assert.deepEqual((await t.store.getSchedulers()).map((x) => x.incarnation), [second, third]);
  }),
  check("registerScheduler() makes the parked jobs of its tasks ready", async (t) => {
    await t.task();
    const job = await t.running("a", { startDeadlineMs: t.nowMs + 50 });
    await t.end(job, { to: "parked", reason: "unknown version" });
    const parked = await t.job("a");
    await t.scheduler(["other"]);
    assert.deepEqual(await t.job("a"), parked);
    t.pass(10);
    const incarnation = await t.scheduler();
    assert.deepEqual(await t.job("a"), { ...parked, state: "ready", parkedReason: null });
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
  }),
  check(
    "updateSchedulerTasks() replaces its tasks, and makes parked jobs of the added ones ready",
    async (t) => {
      await t.task();
      const job = await t.running("a", { startDeadlineMs: t.nowMs + 50 });
      await t.end(job, { to: "parked", reason: "unknown version" });
      const parked = await t.job("a");
      const incarnation = await t.scheduler(["other"]);
      const before = (await t.store.getSchedulers()).find((one) => one.incarnation === incarnation)!;
      const added = [{ name: TASK, version: 1 }];
      const tasks = [...before.tasks, ...added];
      await t.store.updateSchedulerTasks(incarnation, tasks, []);
      assert.deepEqual(await t.job("a"), parked);
      await t.store.updateSchedulerTasks(incarnation, tasks, added);
      assert.deepEqual(await t.job("a"), { ...parked, state: "ready", parkedReason: null });
      assert.deepEqual((await t.store.getSchedulers()).find((one) => one.incarnation === incarnation), {
        ...before,
        tasks,
      });
      await t.store.updateSchedulerTasks(incarnation + 1000, tasks, added);
    },
  ),
  check("heartbeat() renews the lease from now", async (t) => {
    const incarnation = await t.scheduler([TASK], 1000);
    t.pass(700);
    const result = await t.store.heartbeat(incarnation, 2000);
    assert.deepEqual(result, { nowMs: t.nowMs, alive: true, owned: [], others: [] });
    const record = only(await t.store.getSchedulers());
    assert.deepEqual([record.leaseUntilMs, record.leaseMs], [t.nowMs + 2000, 2000]);
  }),
  check(
    "heartbeat() renews an expired lease, as long as no other scheduler has taken it over",
    async (t) => {
      const incarnation = await t.scheduler([TASK], 1000);
      t.pass(5000);
      assert.equal((await t.store.heartbeat(incarnation, 1000)).alive, true);
      assert.equal(only(await t.store.getSchedulers()).leaseUntilMs, t.nowMs + 1000);
    },
  ),
  check("heartbeat() returns the jobs that the scheduler owns in the store", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    const other = await t.scheduler();
    await t.addAll(["a", "b", "c"]);
    const [a, b] = await t.claim(incarnation, { limit: 2 });
    await t.claim(other);
    const { owned } = await t.store.heartbeat(incarnation, 1000);
    assert.deepEqual(owned, [
      { seq: a?.seq, id: "a", claimNumber: 1, cancelRequested: null },
      { seq: b?.seq, id: "b", claimNumber: 1, cancelRequested: null },
    ]);
    await t.end(await t.job("a"));
    const after = await t.store.heartbeat(incarnation, 1000);
    assert.deepEqual(after.owned.map(({ id }) => id), ["b"]);
  }),
  check("heartbeat() returns the other schedulers by incarnation", async (t) => {
    const [first, second, third] = [await t.scheduler(), await t.scheduler(), await t.scheduler()];
    const { others } = await t.store.heartbeat(second, 1000);
    assert.deepEqual(others.map((x) => x.incarnation), [first, third]);
    const all = await t.store.getSchedulers();
    assert.deepEqual(others, [all[0], all[2]]);
  }),
  check("heartbeat() returns that a scheduler that is not registered is gone", async (t) => {
    const incarnation = await t.scheduler();
    await t.store.unregisterScheduler(incarnation);
    assert.equal((await t.store.heartbeat(incarnation, 1000)).alive, false);
    assert.deepEqual(await t.store.getSchedulers(), []);
  }),
  check("unregisterScheduler() leaves running jobs to be taken over, and can be repeated", async (t) => {
    await t.task();
    const job = await t.running("a");
    const owner = job.owner as number;
    await t.store.unregisterScheduler(owner);
    await t.store.unregisterScheduler(owner);
    assert.deepEqual(await t.job("a"), job);
    assert.deepEqual(await t.store.getOrphanedIncarnations(), [owner]);
  }),
  check("getOrphanedIncarnations() returns nothing while all owners are registered", async (t) => {
    await t.task();
    await t.running("a");
    assert.deepEqual(await t.store.getOrphanedIncarnations(), []);
  }),
];

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

/** Taking over the work of dead schedulers. */
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
  check("takeOver() does nothing when the scheduler has sent a heartbeat meanwhile", async (t) => {
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
  check("takeOver() returns for each ending whether its fence held", async (t) => {
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
  check("takeOver() leaves runs that were not named to the next takeover", async (t) => {
    await t.task();
    const job = await t.running("a");
    const seenMs = only(await t.store.getSchedulers()).leaseUntilMs;
    assert.deepEqual(await t.store.takeOver(ownerOf(job), seenMs, []), []);
    assert.deepEqual(await t.store.getOrphanedIncarnations(), [ownerOf(job)]);
    assert.equal((await t.job("a")).state, "running");
  }),
  check("heartbeat() returns that a scheduler that was taken over is gone and owns nothing", async (t) => {
    await t.task();
    const job = await t.running("a");
    const seenMs = only(await t.store.getSchedulers()).leaseUntilMs;
    await t.store.takeOver(ownerOf(job), seenMs, [ending(job, handBack)]);
    const result = await t.store.heartbeat(ownerOf(job), 1000);
    assert.deepEqual([result.alive, result.owned], [false, []]);
    assert.deepEqual(await t.claimIds(ownerOf(job)), []);
    assert.deepEqual(await t.store.getSchedulers(), []);
  }),
  check("endJobs() returns false to an owner that was taken over, and records nothing", async (t) => {
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
    const results = await Promise.all([
      one.store.takeOver(ownerOf(job), seenMs, [ending(job, handBack)]),
      two.store.takeOver(ownerOf(job), seenMs, [ending(job, handBack)]),
    ]);
    assert.deepEqual(results.flat().toSorted(), [false, true]);
    assert.equal((await one.job("a")).lostLeases, 1);
  }),
];
