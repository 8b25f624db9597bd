import assert from "node:assert/strict";
import { idsOf, TASK, versionsOf } from "./records.ts";
import { defined, failure, only, success } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";

const cancel = { reason: "not needed", keepMs: 300 };

/** Cancelling, updating, retrying, and removing jobs. */
export const jobCommandTests: readonly StoreCheck[] = [
  check("cancelJobs() ends waiting jobs at once, for whatever reason they wait", async (t) => {
    await t.task();
    await t.scheduler();
    const parked = await t.running("parked");
    await t.end(parked, { to: "parked", reason: "unknown version" });
    await t.add("ready");
    await t.add("scheduled", { runAtMs: t.nowMs + 50 });
    const ids = ["scheduled", "ready", "parked"];
    const result = await t.store.cancelJobs(ids, cancel);
    assert.deepEqual([idsOf(result.cancelled), idsOf(result.requested)], [ids, []]);
    for (const job of result.cancelled) {
      assert.deepEqual([job.state, job.outcome, job.parkedReason], ["finished", "cancelled", null]);
      assert.deepEqual(job.error, { name: "Cancelled", message: "not needed" });
      assert.deepEqual([job.cancelRequested, job.finishedAtMs], ["not needed", t.nowMs]);
      assert.equal(job.expiresAtMs, t.nowMs + 300);
      assert.deepEqual(await t.job(job.id), job);
    }
    t.pass(50);
    assert.deepEqual(await t.claimIds(parked.owner as number), []);
  }),
  check("cancelJobs() asks running jobs to stop; the first reason stays", async (t) => {
    await t.task();
    const job = await t.running("a");
    const first = await t.store.cancelJobs(["a"], cancel);
    assert.deepEqual(first.cancelled, []);
    assert.deepEqual(only(first.requested), { ...job, cancelRequested: "not needed" });
    const second = await t.store.cancelJobs(["a"], { ...cancel, reason: "other" });
    assert.equal(only(second.requested).cancelRequested, "not needed");
    const { owned } = await t.store.heartbeat(job.owner as number, 1000);
    assert.equal(only(owned).cancelRequested, "not needed");
  }),
  check("cancelJobs() leaves finished and unknown jobs alone", async (t) => {
    await t.task();
    await t.end(await t.running("a"));
    const before = await t.job("a");
    assert.deepEqual(await t.store.cancelJobs(["a", "unknown"], cancel), { cancelled: [], requested: [] });
    assert.deepEqual(await t.job("a"), before);
  }),
  check("updateJob() changes what is given of a waiting job", async (t) => {
    await t.task();
    await t.scheduler();
    await t.add("a", { priority: 1, input: "json:1", metadata: { x: 1 } });
    const before = await t.job("a");
    assert.deepEqual(await t.store.updateJob("a", {}), before);
    const after = await t.store.updateJob("a", { priority: 7, input: null, metadata: { y: 2 } });
    assert.deepEqual(after, { ...before, priority: 7, input: null, metadata: { y: 2 } });
    assert.deepEqual(await t.job("a"), after);
  }),
  check("updateJob() moves a job by its new runAt, null being now", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("a");
    const later = defined(await t.store.updateJob("a", { runAtMs: t.nowMs + 100 }));
    assert.deepEqual([later.state, later.runAtMs], ["scheduled", t.nowMs + 100]);
    assert.deepEqual(await t.claimIds(incarnation), []);
    t.pass(10);
    const now = defined(await t.store.updateJob("a", { runAtMs: null }));
    assert.deepEqual([now.state, now.runAtMs], ["ready", t.nowMs]);
    await t.store.updateJob("a", { runAtMs: t.nowMs + 1 });
    const past = defined(await t.store.updateJob("a", { runAtMs: t.nowMs - 5 }));
    assert.deepEqual([past.state, past.runAtMs], ["ready", t.nowMs - 5]);
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
  }),
  check("updateJob() changes the claim order at once", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b", "c"]);
    await t.store.updateJob("c", { priority: 1 });
    await t.store.updateJob("a", { priority: -1 });
    assert.deepEqual(await t.claimIds(incarnation), ["c", "b", "a"]);
  }),
  check("updateJob() makes a parked job ready when its input or runAt is changed", async (t) => {
    await t.task();
    for (const id of ["a", "b", "c"]) {
      await t.end(await t.running(id), { to: "parked", reason: "does not fit" });
    }
    const mended = defined(await t.store.updateJob("a", { input: "json:2" }));
    assert.deepEqual([mended.state, mended.parkedReason], ["ready", null]);
    const later = defined(await t.store.updateJob("b", { runAtMs: t.nowMs + 1 }));
    assert.deepEqual([later.state, later.parkedReason], ["scheduled", null]);
    const kept = defined(await t.store.updateJob("c", { priority: 3 }));
    assert.deepEqual([kept.state, kept.parkedReason], ["parked", "does not fit"]);
  }),
  check("updateJob() refuses jobs that run, are finished or do not exist", async (t) => {
    await t.task();
    const job = await t.running("a");
    assert.equal(await t.store.updateJob("a", { priority: 1 }), undefined);
    await t.end(job);
    assert.equal(await t.store.updateJob("a", { priority: 1 }), undefined);
    assert.equal(await t.store.updateJob("unknown", { priority: 1 }), undefined);
    assert.equal((await t.job("a")).priority, 0);
  }),
  check("retryJobs() makes finished and parked jobs ready with a fresh budget", async (t) => {
    await t.task();
    const finished = await t.running("finished", { startDeadlineMs: t.nowMs + 5, input: "json:1" });
    await t.store.cancelJobs(["finished"], cancel);
    await t.end(finished, { to: "finished", outcome: "error", value: null, error: failure, keepMs: 9 });
    const parked = await t.running("parked");
    await t.end(parked, { to: "handBack", lostLease: true });
    await t.end(only(await t.claim(parked.owner as number)), { to: "parked", reason: "unknown" });
    t.pass(10);
    const retried = await t.store.retryJobs(["parked", "finished"]);
    assert.deepEqual(idsOf(retried), ["parked", "finished"]);
    assert.deepEqual(await t.job("finished"), {
      ...finished,
      state: "ready",
      runAtMs: t.nowMs,
      startDeadlineMs: null,
      attempt: 0,
      startedAtMs: null,
    });
    const again = await t.job("parked");
    assert.deepEqual([again.state, again.attempt, again.lostLeases], ["ready", 0, 0]);
    assert.deepEqual([again.claimNumber, again.parkedReason], [2, null]);
    assert.equal(only(await t.claim(parked.owner as number, { jobIds: ["parked"] })).claimNumber, 3);
  }),
  check(
    "retryJobs() keeps the fence: the owner of the finished run cannot end the new one",
    async (t) => {
      await t.task();
      const first = await t.running("a");
      await t.end(first, success);
      await t.store.retryJobs(["a"]);
      assert.equal(await t.end(first, success), false);
      const second = only(await t.claim(first.owner as number));
      assert.equal(await t.end(first, success), false);
      assert.equal(second.claimNumber, 2);
      assert.equal((await t.job("a")).state, "running");
    },
  ),
  check("retryJobs() leaves waiting, running and unknown jobs alone", async (t) => {
    await t.task();
    const running = await t.running("running");
    await t.add("ready");
    await t.add("scheduled", { runAtMs: t.nowMs + 5 });
    assert.deepEqual(await t.store.retryJobs(["running", "ready", "scheduled", "unknown"]), []);
    assert.deepEqual(await t.job("running"), running);
    assert.equal(await t.state("scheduled"), "scheduled");
  }),
  check("removeJobs() deletes jobs that do not run", async (t) => {
    await t.task();
    await t.end(await t.running("finished"));
    await t.running("running");
    await t.add("ready");
    await t.add("scheduled", { runAtMs: t.nowMs + 5 });
    const removed = await t.store.removeJobs(["scheduled", "running", "unknown", "finished", "ready"]);
    assert.deepEqual(removed, ["scheduled", "finished", "ready"]);
    assert.deepEqual(idsOf(await t.store.getJobs({})), ["running"]);
    assert.deepEqual(await t.store.removeJobs(["scheduled"]), []);
  }),
  check("removeJobs() leaves nothing behind that a claim would find", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("ready");
    await t.add("scheduled", { runAtMs: t.nowMs + 5, startDeadlineMs: t.nowMs + 6 });
    await t.store.removeJobs(["ready", "scheduled"]);
    t.pass(10);
    const result = await t.store.claimJobs({ incarnation, tasks: versionsOf([TASK]), limit: 9 });
    assert.deepEqual(
      [result.claimed, result.missed, result.nextRunAtMs, result.more],
      [[], [], null, false],
    );
  }),
];
