import assert from "node:assert/strict";
import { idsOf, TASK, versionsOf } from "./records.ts";
import { failure, only } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";

/** Start deadlines. */
export const deadlineTests: readonly StoreCheck[] = [
  check("claimJobs() ends jobs whose start deadline has passed", async (t) => {
    await t.task(TASK, { retention: { successMs: 1, otherMs: 500 } });
    const incarnation = await t.scheduler();
    await t.add("late", { startDeadlineMs: t.nowMs + 10 });
    await t.add("in time", { startDeadlineMs: t.nowMs + 11 });
    t.pass(11);
    const result = await t.store.claimJobs({ incarnation, tasks: versionsOf([TASK]), limit: 10 });
    assert.deepEqual(idsOf(result.claimed), ["in time"]);
    const missed = only(result.missed);
    assert.deepEqual(
      [missed.id, missed.state, missed.outcome, missed.finishedAtMs, missed.expiresAtMs],
      ["late", "finished", "missedStartDeadline", t.nowMs, t.nowMs + 500],
    );
    assert.equal(missed.error?.name, "MissedStartDeadline");
    assert.deepEqual([missed.attempt, missed.startedAtMs, missed.owner], [0, null, null]);
    assert.deepEqual(await t.job("late"), missed);
  }),
  check("claimJobs() keeps missed jobs for the time in their own settings", async (t) => {
    await t.task(TASK, { retention: { successMs: 1, otherMs: 500 } });
    await t.store.updateTask(TASK, { overrides: { retention: { successMs: 1, otherMs: 600 } } });
    const incarnation = await t.scheduler();
    const startDeadlineMs = t.nowMs - 1;
    await t.add("task", { startDeadlineMs });
    await t.add("job", { startDeadlineMs, overrides: { retention: { successMs: 1, otherMs: null } } });
    await t.add("default", { startDeadlineMs, taskName: "unknown" });
    await t.claim(incarnation);
    assert.equal((await t.job("task")).expiresAtMs, t.nowMs + 600);
    assert.equal((await t.job("job")).expiresAtMs, null);
    assert.equal((await t.job("default")).expiresAtMs, t.nowMs + 14 * 86_400_000);
  }),
  check("claimJobs() ends missed jobs of every task, for whatever reason they wait", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    const parked = await t.running("parked", { startDeadlineMs: t.nowMs + 1 });
    await t.end(parked, { to: "parked", reason: "unknown version" });
    await t.add("paused", { taskName: "paused", startDeadlineMs: t.nowMs + 1 });
    await t.add("scheduled", { runAtMs: t.nowMs + 99, startDeadlineMs: t.nowMs + 1 });
    t.pass(2);
    const { missed } = await t.store.claimJobs({ incarnation, tasks: versionsOf([TASK]), limit: 0 });
    assert.deepEqual(idsOf(missed).toSorted(), ["parked", "paused", "scheduled"]);
    assert.equal((await t.job("parked")).parkedReason, null);
  }),
  check("claimJobs() returns when the next start deadline of any task passes", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    const next = async () =>
      (await t.store.claimJobs({ incarnation, tasks: versionsOf([TASK]), limit: 0 })).nextRunAtMs;
    const now = t.nowMs;
    await t.add("late", { taskName: "unknown", startDeadlineMs: now + 50 });
    await t.add("soon", { startDeadlineMs: now + 20 });
    assert.equal(await next(), now + 21);
    await t.add("sooner", { runAtMs: now + 10 });
    assert.equal(await next(), now + 10);
    t.pass(21);
    assert.equal(await next(), now + 51);
  }),
  check("claimJobs() holds only the first attempt to the start deadline", async (t) => {
    await t.task();
    const job = await t.running("a", { startDeadlineMs: t.nowMs });
    await t.end(job, { to: "retry", delayMs: 50, error: failure });
    t.pass(50);
    assert.deepEqual(await t.claimIds(job.owner as number), ["a"]);
  }),
  ...[true, false].map((lostLease) =>
    check(
      `claimJobs() takes a job again that was handed back after its start deadline (lost lease: ${lostLease})`,
      async (t) => {
        await t.task();
        const job = await t.running("a", { startDeadlineMs: t.nowMs });
        t.pass(50);
        await t.end(job, { to: "handBack", lostLease });
        assert.equal((await t.job("a")).startDeadlineMs, null);
        assert.deepEqual(await t.claimIds(job.owner as number), ["a"]);
      },
    )
  ),
  check("claimJobs() ends a missed job behind one whose deadline no longer counts", async (t) => {
    await t.task();
    const retried = await t.running("retried", { startDeadlineMs: t.nowMs });
    await t.end(retried, { to: "retry", delayMs: 500, error: failure });
    await t.add("missed", { startDeadlineMs: t.nowMs + 5 });
    t.pass(10);
    const owner = retried.owner as number;
    const { missed } = await t.store.claimJobs({ incarnation: owner, tasks: versionsOf([TASK]), limit: 9 });
    assert.deepEqual(idsOf(missed), ["missed"]);
  }),
  check("claimJobs() names a missed job once", async (t) => {
    const incarnation = await t.scheduler();
    await t.add("a", { startDeadlineMs: t.nowMs - 1 });
    const request = { incarnation, tasks: versionsOf([TASK]), limit: 1 };
    assert.equal((await t.store.claimJobs(request)).missed.length, 1);
    assert.equal((await t.store.claimJobs(request)).missed.length, 0);
  }),
  check("claimJobs() takes a missed job once it was retried by hand", async (t) => {
    const incarnation = await t.scheduler();
    await t.add("a", { startDeadlineMs: t.nowMs - 1 });
    await t.claim(incarnation);
    assert.equal(only(await t.store.retryJobs(["a"])).startDeadlineMs, null);
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
  }),
];
