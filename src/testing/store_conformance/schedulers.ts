import assert from "node:assert/strict";
import { schedulerWrite, TASK } from "./records.ts";
import { only } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";

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
  check("heartbeat() renews the lease from now", async (t) => {
    const incarnation = await t.scheduler([TASK], 1000);
    t.pass(700);
    const answer = await t.store.heartbeat(incarnation, 2000);
    assert.deepEqual(answer, { nowMs: t.nowMs, alive: true, owned: [], others: [] });
    const record = only(await t.store.getSchedulers());
    assert.deepEqual([record.leaseUntilMs, record.leaseMs], [t.nowMs + 2000, 2000]);
  }),
  check(
    "heartbeat() renews a lease that is over, as long as no other scheduler has taken it over",
    async (t) => {
      const incarnation = await t.scheduler([TASK], 1000);
      t.pass(5000);
      assert.equal((await t.store.heartbeat(incarnation, 1000)).alive, true);
      assert.equal(only(await t.store.getSchedulers()).leaseUntilMs, t.nowMs + 1000);
    },
  ),
  check("heartbeat() says what the store thinks the scheduler runs", async (t) => {
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
  check("heartbeat() answers the other schedulers by incarnation", async (t) => {
    const [first, second, third] = [await t.scheduler(), await t.scheduler(), await t.scheduler()];
    const { others } = await t.store.heartbeat(second, 1000);
    assert.deepEqual(others.map((x) => x.incarnation), [first, third]);
    const all = await t.store.getSchedulers();
    assert.deepEqual(others, [all[0], all[2]]);
  }),
  check("heartbeat() tells a scheduler that is not registered that it is gone", async (t) => {
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
  check("getOrphanedIncarnations() answers nothing while all owners are registered", async (t) => {
    await t.task();
    await t.running("a");
    assert.deepEqual(await t.store.getOrphanedIncarnations(), []);
  }),
];
