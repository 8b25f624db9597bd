import assert from "node:assert/strict";
import type { JsonValue } from "../../model/payload.ts";
import { addingInTurn } from "./adding_in_turn.ts";
import { idsOf, newJob, TASK, versionsOf } from "./records.ts";
import { only } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";

/** Adding jobs. */
export const addingTests: readonly StoreCheck[] = [
  check("addJobs() stores all that was given and answers in the order asked", async (t) => {
    await t.task();
    await t.scheduler([{ name: TASK, version: 3 }]);
    const schedule = await t.addSchedule("s");
    const job = newJob("a", {
      taskVersion: 3,
      scheduleSeq: schedule.seq,
      scheduleId: "s",
      fireTimeMs: t.nowMs - 5,
      runAtMs: t.nowMs - 1,
      priority: -2,
      input: 'json:{"user":"ada"}',
      overrides: { timeoutMs: 5, retry: { maxAttempts: 2, backoff: backoff } },
      metadata: { tags: ["x", 1, null, true, { deep: "ü" }] },
      startDeadlineMs: t.nowMs + 100,
    });
    const answer = await t.store.addJobs([newJob("b"), job]);
    assert.equal(answer.nowMs, t.nowMs);
    assert.deepEqual(answer.jobs.map(({ id, outcome }) => [id, outcome]), [["b", "added"], ["a", "added"]]);
    assert.deepEqual(answer.claimed, []);
    assert.deepEqual(await t.job("a"), {
      ...job,
      seq: answer.jobs[1]?.seq,
      state: "ready",
      outcome: null,
      onParentFailure: null,
      addedBy: null,
      batchId: null,
      attempt: 0,
      claimNumber: 0,
      owner: null,
      lostLeases: 0,
      cancelRequested: null,
      identityKey: null,
      progress: null,
      parkedReason: null,
      createdAtMs: t.nowMs,
      startedAtMs: null,
      finishedAtMs: null,
      expiresAtMs: null,
      value: null,
      error: null,
    });
  }),
  check("addJobs() takes now where no runAt is given", async (t) => {
    await t.add("a");
    assert.equal((await t.job("a")).runAtMs, t.nowMs);
  }),
  check("addJobs() gives rows an identity that grows, also after removals", async (t) => {
    const first = only((await t.store.addJobs([newJob("a")])).jobs);
    await t.store.removeJobs(["a"]);
    const again = only((await t.store.addJobs([newJob("a")])).jobs);
    assert.equal(again.outcome, "added");
    assert.ok(again.seq > first.seq);
  }),
  check("addJobs() leaves a job alone whose id is there already", async (t) => {
    const first = only((await t.store.addJobs([newJob("a", { priority: 1 })])).jobs);
    t.pass(10);
    const answer = await t.store.addJobs([newJob("b"), newJob("a", { priority: 2 })]);
    assert.deepEqual(answer.jobs.map(({ outcome }) => outcome), ["added", "deduplicated"]);
    assert.equal(answer.jobs[1]?.seq, first.seq);
    assert.equal((await t.job("a")).priority, 1);
  }),
  check("addJobs() adds an id once that comes twice in one call", async (t) => {
    const { jobs } = await t.store.addJobs([newJob("a"), newJob("a")]);
    assert.deepEqual(jobs.map(({ outcome }) => outcome), ["added", "deduplicated"]);
    assert.equal(jobs[0]?.seq, jobs[1]?.seq);
    assert.equal((await t.store.getJobs({})).length, 1);
  }),
  check("addJobs() adds none when one of them cannot be stored", async (t) => {
    const broken = { amount: 1n as unknown as JsonValue };
    await assert.rejects(t.store.addJobs([newJob("a"), newJob("b", { metadata: broken }), newJob("c")]));
    assert.deepEqual(await t.store.getJobs({}), []);
  }),
  check("addJobs() adds nothing for an empty list", async (t) => {
    assert.deepEqual(await t.store.addJobs([]), { nowMs: t.nowMs, jobs: [], claimed: [] });
  }),
  check("addJobs() claims what it just added, and nothing else, when asked to", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.addAll(["old"]);
    const jobs = [newJob("low"), newJob("high", { priority: 1 }), newJob("later", { runAtMs: t.nowMs + 1 })];
    const claim = { incarnation, tasks: versionsOf([TASK]), limit: 10 };
    const { claimed } = await t.store.addJobs([...jobs, newJob("old")], claim);
    assert.deepEqual(idsOf(claimed), ["high", "low"]);
    assert.deepEqual(claimed.map((job) => [job.state, job.attempt, job.claimNumber, job.owner]), [
      ["running", 1, 1, incarnation],
      ["running", 1, 1, incarnation],
    ]);
    assert.equal(await t.state("old"), "ready");
    assert.equal(await t.state("later"), "scheduled");
  }),
  check("addJobs() claims within limits, of the named tasks, for a registered scheduler", async (t) => {
    await t.task("one", { maxRunningJobs: 1 });
    await t.task("many");
    const incarnation = await t.scheduler(["one", "many", "other"]);
    const jobs = [
      newJob("one-1", { taskName: "one" }),
      newJob("one-2", { taskName: "one" }),
      newJob("other-1", { taskName: "other" }),
      newJob("many-1", { taskName: "many" }),
      newJob("many-2", { taskName: "many" }),
    ];
    const request = { tasks: versionsOf(["one", "many"]), limit: 2 };
    const refused = await t.store.addJobs([newJob("z", { taskName: "many" })], {
      ...request,
      incarnation: incarnation + 1,
    });
    assert.deepEqual(idsOf(refused.claimed), []);
    const { claimed } = await t.store.addJobs(jobs, { ...request, incarnation });
    assert.deepEqual(idsOf(claimed), ["one-1", "many-1"]);
  }),
  ...addingInTurn,
  check("addJobs() does not claim a job whose start deadline has passed", async (t) => {
    const incarnation = await t.scheduler();
    const late = newJob("late", { startDeadlineMs: t.nowMs - 1 });
    const { claimed } = await t.store.addJobs([late], { incarnation, tasks: versionsOf([TASK]), limit: 1 });
    assert.deepEqual(claimed, []);
  }),
  check("addJobs() keeps a copy: what the caller changes afterwards is not stored", async (t) => {
    const metadata = { list: ["a"] };
    const job = newJob("a", { metadata });
    await t.store.addJobs([job]);
    metadata.list.push("b");
    assert.deepEqual((await t.job("a")).metadata, { list: ["a"] });
  }),
  check("getJobs() answers values that cannot change what is stored", async (t) => {
    await t.add("a", { metadata: { list: ["a"] } });
    const answer = (await t.job("a")).metadata as { list: string[] };
    try {
      answer.list.push("b");
    } catch { /* a frozen answer is as good as a copy */ }
    assert.deepEqual((await t.job("a")).metadata, { list: ["a"] });
  }),
];

const backoff = { kind: "fixed", baseMs: 1, factor: 2, capMs: 3, jitter: 0.5 } as const;
