import assert from "node:assert/strict";
import { isCarillonError } from "../../errors.ts";
import type { JobIdentity } from "../../model/identity_options.ts";
import type { JobTransition, NewJob } from "../../model/job_record.ts";
import { idsOf, newJob, versionsOf } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { ending, failure, type StoreTest } from "./store_test.ts";

const failed: JobTransition = { to: "finished", outcome: "error", value: null, error: failure, keepMs: 1000 };
const identity: JobIdentity = { key: "k", states: ["ready", "running"], periodMs: null, replace: null };
const cancel = { reason: "test", keepMs: 1000 };

function jobNotFound(error: unknown): boolean {
  return isCarillonError(error, "jobNotFound");
}

/** A job that waits for these. */
function after(ids: readonly string[], onFailure: "cascade" | "continue" = "cascade"): Partial<NewJob> {
  return { parents: { ids, onFailure } };
}

/** The outcome of a job, or its state while it has none. */
async function standing(t: StoreTest, id: string): Promise<string> {
  const { state, outcome } = await t.job(id);
  return outcome ?? state;
}

async function standings(t: StoreTest, ...ids: readonly string[]): Promise<readonly string[]> {
  return await Promise.all(ids.map((id) => standing(t, id)));
}

/** A store with a task without a limit, and a scheduler that knows it. */
async function ready(t: StoreTest): Promise<number> {
  await t.task();
  return await t.scheduler();
}

/** Jobs that wait for others. */
export const parentTests: readonly StoreCheck[] = [
  check("addJobs() lets a job wait until all of its parents are finished", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([newJob("a"), newJob("b"), newJob("c", after(["a", "b"]))]);
    assert.equal(await t.state("c"), "blocked");
    const [a, b] = await t.claim(me);
    assert.deepEqual(await t.claimIds(me), []);
    await t.end(a!);
    assert.deepEqual(await t.claimIds(me), []);
    await t.end(b!);
    assert.equal(await t.state("c"), "ready");
    assert.deepEqual(await t.claimIds(me), ["c"]);
  }),
  check(
    "endJobs() cancels the children of a failed job, and theirs in turn, and names the parent",
    async (t) => {
      const me = await ready(t);
      await t.store.addJobs([
        newJob("a"),
        newJob("b", after(["a"])),
        newJob("c", after(["b"])),
        newJob("d", after(["b"], "continue")),
      ]);
      const [a] = await t.claim(me);
      await t.end(a!, failed);
      assert.deepEqual(await standings(t, "b", "c", "d"), ["cancelled", "cancelled", "ready"]);
      assert.deepEqual((await t.job("b")).error, {
        name: "Cancelled",
        message: "its parent job a of task 'mail' ended as error",
        details: { parentId: "a", outcome: "error" },
      });
      assert.equal((await t.job("c")).error?.message, "its parent job b of task 'mail' ended as cancelled");
      assert.equal((await t.job("c")).finishedAtMs, t.nowMs);
    },
  ),
  check("endJobs() settles each child once where several parents end at once", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([
      newJob("a"),
      newJob("b"),
      newJob("c", after(["b", "a"])),
      newJob("d", after(["a", "b"], "continue")),
    ]);
    const [a, b] = await t.claim(me);
    await Promise.all([t.end(a!), t.end(b!, failed)]);
    assert.deepEqual(await standings(t, "c", "d"), ["cancelled", "ready"]);
    await t.store.addJobs([newJob("e"), newJob("f"), newJob("g", after(["f", "e"]))]);
    const ends = (await t.claim(me)).filter(({ id }) => id !== "d").map((job) => ending(job, failed));
    await t.store.endJobs(ends);
    assert.deepEqual((await t.job("g")).error?.details, { parentId: "e", outcome: "error" });
  }),
  check("endJobs() settles nothing for a job that continues", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([newJob("a"), newJob("b", after(["a"]))]);
    const [a] = await t.claim(me);
    await t.end(a!, { to: "retry", delayMs: 5, error: failure });
    assert.equal(await t.state("b"), "blocked");
    t.pass(5);
    const [again] = await t.claim(me);
    await t.store.cancelJobs(["a"], cancel);
    await t.end(again!, { to: "handBack", lostLease: false });
    assert.equal((await t.job("b")).error?.message, "its parent job a of task 'mail' ended as cancelled");
  }),
  check("addJobs() judges parents that are finished already at once", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([newJob("good"), newJob("bad"), newJob("open")]);
    const [good, bad] = await t.claim(me, { limit: 2 });
    await t.end(good!);
    await t.end(bad!, failed);
    await t.store.addJobs([
      newJob("a", after(["good"])),
      newJob("b", after(["good", "bad"])),
      newJob("c", after(["bad"], "continue")),
      newJob("d", after(["b"])),
      newJob("e", after(["open", "good"])),
    ]);
    const states = await standings(t, "a", "b", "c", "d", "e");
    assert.deepEqual(states, ["ready", "cancelled", "ready", "cancelled", "blocked"]);
  }),
  check("addJobs() adds nothing where a parent is not there", async (t) => {
    const jobs = [newJob("a"), newJob("b", after(["a", "gone"]))];
    await assert.rejects(t.store.addJobs(jobs), jobNotFound);
    const identity = { key: "k", states: ["ready" as const], periodMs: null, replace: null };
    const other = newJob("c", { identity, ...after(["gone"]) });
    await assert.rejects(
      t.store.addJobs([newJob("d"), other]),
      (error) => isCarillonError(error, "jobNotFound") && error.details["jobId"] === "gone",
    );
    assert.deepEqual(await t.store.getJobs({}), []);
    await t.add("a");
    await t.add("b", after(["a"]));
    // A call that is repeated does nothing, even if the parents have changed.
    await t.store.removeJobs(["a"]);
    assert.equal((await t.store.addJobs([newJob("b", after(["a"]))])).jobs[0]?.outcome, "deduplicated");
  }),
  check("addJobs() keeps a job with parents back until its runAt too", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([newJob("a"), newJob("b", { ...after(["a"]), runAtMs: t.nowMs + 10 })]);
    const [a] = await t.claim(me);
    await t.end(a!);
    assert.equal(await t.state("b"), "scheduled");
    t.pass(10);
    assert.deepEqual(await t.claimIds(me), ["b"]);
  }),
  check("addJobs() claims jobs whose parents are over, and no others", async (t) => {
    const me = await ready(t);
    await t.add("a");
    const claim = { incarnation: me, tasks: versionsOf(["mail"]), limit: 9 };
    const waiting = await t.store.addJobs([newJob("b", after(["a"]))], claim);
    assert.deepEqual(waiting.claimed, []);
    await t.end((await t.claim(me))[0]!);
    const going = await t.store.addJobs([newJob("c", after(["a"]))], claim);
    assert.deepEqual(idsOf(going.claimed), ["c"]);
  }),
  check("cancelJobs() settles who waits for what it has cancelled", async (t) => {
    await ready(t);
    await t.store.addJobs([newJob("a"), newJob("b", after(["a"])), newJob("c", after(["b"], "continue"))]);
    const { cancelled } = await t.store.cancelJobs(["a"], cancel);
    assert.deepEqual(idsOf(cancelled), ["a"]);
    assert.deepEqual(await standings(t, "b", "c"), ["cancelled", "ready"]);
  }),
  check("cancelJobs() ends a job that waits for its parents", async (t) => {
    await t.store.addJobs([newJob("a"), newJob("b", after(["a"]))]);
    const { cancelled } = await t.store.cancelJobs(["b", "a"], cancel);
    assert.deepEqual(idsOf(cancelled), ["b", "a"]);
    assert.equal((await t.job("b")).error?.message, "test");
  }),
  check("claimJobs() settles who waits for what missed its start deadline", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([
      newJob("a", { startDeadlineMs: t.nowMs + 5, runAtMs: t.nowMs + 50 }),
      newJob("b", after(["a"])),
      newJob("c", { ...after(["a"], "continue"), startDeadlineMs: t.nowMs + 100 }),
    ]);
    t.pass(6);
    assert.deepEqual(await t.claimIds(me), ["c"]);
    assert.deepEqual((await t.job("b")).error?.details, { parentId: "a", outcome: "missedStartDeadline" });
  }),
  check("claimJobs() ends a job that still waits when its start deadline passes", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([newJob("a", { runAtMs: t.nowMs + 50 })]);
    await t.store.addJobs([newJob("b", { ...after(["a"]), startDeadlineMs: t.nowMs + 5 })]);
    t.pass(6);
    const result = await t.store.claimJobs({ incarnation: me, tasks: versionsOf(["mail"]), limit: 1 });
    assert.deepEqual(idsOf(result.missed), ["b"]);
  }),
  check("takeOver() settles who waits for the runs it ends", async (t) => {
    await t.task();
    const a = await t.running("a");
    await t.add("b", after(["a"]));
    const { leaseUntilMs } = (await t.store.getSchedulers())[0]!;
    await t.store.takeOver(a.owner!, leaseUntilMs, [
      ending(a, { to: "finished", outcome: "abandoned", value: null, error: failure, keepMs: 1 }),
    ]);
    assert.deepEqual((await t.job("b")).error?.details, { parentId: "a", outcome: "abandoned" });
  }),
  check("removeJobs() counts as the end of who others wait for", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([
      newJob("a"),
      newJob("b", after(["a"])),
      newJob("c", after(["a", "b"], "continue")),
    ]);
    assert.deepEqual(await t.store.removeJobs(["a"]), ["a"]);
    assert.deepEqual(await standings(t, "b", "c"), ["cancelled", "ready"]);
    await t.claim(me);
    await t.store.addJobs([newJob("d"), newJob("e", after(["d", "c"]))]);
    const [d] = await t.claim(me);
    await t.end(d!);
    await t.store.removeJobs(["d"]);
    assert.equal(await t.state("e"), "blocked");
    assert.deepEqual(idsOf((await t.store.getParents("e")).parents), ["c"]);
  }),
  check("retryJobs() lets children wait on, and retried ones wait again", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([newJob("a"), newJob("b"), newJob("c", after(["a", "b"]))]);
    const [a, b] = await t.claim(me);
    await t.end(a!);
    await t.store.retryJobs(["a"]);
    await t.end(b!, failed);
    assert.equal(await standing(t, "c"), "cancelled");
    await t.store.retryJobs(["c", "b"]);
    assert.equal(await t.state("c"), "blocked");
    for (const job of await t.claim(me)) await t.end(job);
    assert.deepEqual(await t.claimIds(me), ["c"]);
  }),
  check("retryJobs() runs a cancelled child by hand although its parent failed", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([newJob("a"), newJob("b", after(["a"]))]);
    const [a] = await t.claim(me);
    await t.end(a!, failed);
    await t.store.retryJobs(["b"]);
    await t.end(a!, failed);
    assert.deepEqual(await t.claimIds(me), ["b"]);
  }),
  check("updateJob() leaves a job waiting for its parents", async (t) => {
    await ready(t);
    await t.store.addJobs([newJob("a"), newJob("b", after(["a"]))]);
    const updated = await t.store.updateJob("b", { runAtMs: null, priority: 3, input: "json:2" });
    assert.deepEqual([updated?.state, updated?.blockedBy, updated?.priority], ["blocked", "parents", 3]);
    assert.equal(await t.state("b"), "blocked");
  }),
  check("prune() keeps a parent as long as a child of it is not finished", async (t) => {
    const me = await ready(t);
    await t.store.addJobs([newJob("a"), newJob("b"), newJob("c", after(["a", "b"]))]);
    const [a, b] = await t.claim(me);
    await t.end(a!);
    t.pass(1000);
    assert.equal((await t.store.prune(9)).jobs, 0);
    await t.end(b!);
    const [c] = await t.claim(me);
    assert.equal((await t.store.prune(9)).jobs, 0);
    await t.end(c!);
    assert.equal((await t.store.prune(9)).jobs, 1);
    assert.deepEqual(idsOf((await t.store.getParents("c")).parents), ["b"]);
  }),
  check(
    "getParents() returns the parents in the order given, and whether the job still waits for them",
    async (t) => {
      const me = await ready(t);
      await t.store.addJobs([newJob("a"), newJob("b"), newJob("c", after(["b", "a"]))]);
      const { waits, parents } = await t.store.getParents("c");
      assert.deepEqual([waits, idsOf(parents)], [true, ["b", "a"]]);
      for (const job of await t.claim(me)) await t.end(job);
      assert.equal((await t.store.getParents("c")).waits, false);
      for (const id of ["a", "unknown"]) {
        assert.deepEqual(await t.store.getParents(id), { waits: false, parents: [] });
      }
    },
  ),
  check("getJobs() finds jobs by their parents, their batch and who added them", async (t) => {
    await t.store.addJobs([
      newJob("a"),
      newJob("b", { ...after(["a"]), batchId: "x", addedBy: "a" }),
      newJob("c", { batchId: "x" }),
    ]);
    assert.deepEqual(idsOf(await t.store.getJobs({ after: ["a", "c"] })), ["b"]);
    assert.deepEqual(idsOf(await t.store.getJobs({ batchId: "x" })), ["c", "b"]);
    assert.deepEqual(idsOf(await t.store.getJobs({ addedBy: "a" })), ["b"]);
    assert.equal((await t.store.countJobs({ batchId: "x" })).blocked, 1);
    const { onParentFailure, batchId, addedBy } = await t.job("b");
    assert.deepEqual([onParentFailure, batchId, addedBy], ["cascade", "x", "a"]);
  }),
];

/** Jobs whose parent in the same call was deduplicated. */
export const deduplicatedParentTests: readonly StoreCheck[] = [
  check("addJobs() replaces a deduplicated parent by the job with its identity", async (t) => {
    await t.task();
    const me = await t.scheduler();
    await t.add("a", { identity });
    const { jobs } = await t.store.addJobs([
      newJob("b", { identity }),
      newJob("c", after(["b"])),
      newJob("d", after(["b", "a", "c"])),
      newJob("e", { identity: { ...identity, replace: { maxWaitMs: null } } }),
      newJob("f", after(["e"])),
    ]);
    assert.deepEqual(jobs.map(({ outcome }) => outcome), [
      "deduplicated",
      "added",
      "added",
      "replaced",
      "added",
    ]);
    assert.deepEqual(idsOf((await t.store.getParents("c")).parents), ["a"]);
    assert.deepEqual(idsOf((await t.store.getParents("d")).parents), ["a", "c"]);
    assert.deepEqual(idsOf((await t.store.getParents("f")).parents), ["a"]);
    // The replacement holds within one call only.
    await assert.rejects(t.store.addJobs([newJob("g", after(["b"]))]), jobNotFound);
    const [a] = await t.claim(me);
    await t.end(a!);
    assert.deepEqual([await t.state("c"), await t.state("d"), await t.state("f")], [
      "ready",
      "blocked",
      "ready",
    ]);
  }),
  check(
    "addJobs() lets later jobs of a call see what the earlier ones became",
    async (t) => {
      await t.task();
      const me = await t.scheduler();
      await t.add("bad");
      await t.end((await t.claim(me))[0]!, failed);
      const over: JobIdentity = { ...identity, states: ["finished"] };
      const result = await t.store.addJobs([
        newJob("a", { identity: over, ...after(["bad"]) }),
        newJob("b", { identity: over }),
        newJob("c", after(["b"])),
      ]);
      assert.deepEqual(result.jobs.map(({ id }) => id), ["a", "a", "c"]);
      assert.deepEqual([(await t.job("a")).outcome, (await t.job("c")).outcome], ["cancelled", "cancelled"]);
      // A call that is refused leaves nothing of what it had settled.
      const { last } = await t.store.readChanges({ after: 0, limit: 1 });
      const jobs = [newJob("d", { identity: { ...over, key: "l" }, ...after(["bad"]) })];
      await assert.rejects(t.store.addJobs([...jobs, newJob("e", after(["gone"]))]), jobNotFound);
      assert.equal((await t.store.readChanges({ after: 0, limit: 1 })).last, last);
      assert.equal((await t.store.addJobs(jobs)).jobs[0]?.outcome, "added");
      assert.equal((await t.store.readChanges({ after: last, limit: 9 })).changes.length, 1);
    },
  ),
];
