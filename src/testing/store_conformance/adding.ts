import assert from "node:assert/strict";
import type { JobIdentity } from "../../model/identity_options.ts";
import type { NewJob } from "../../model/job_record.ts";
import type { JsonValue } from "../../model/payload.ts";
import type { RunOverrides } from "../../model/settings.ts";
import { idsOf, newJob, TASK, versionsOf } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { only, type StoreTest } from "./store_test.ts";

/** Adding jobs. */
export const addingTests: readonly StoreCheck[] = [
  check("addJobs() stores everything given and returns results in the same order", async (t) => {
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
    const result = await t.store.addJobs([newJob("b"), job]);
    assert.equal(result.nowMs, t.nowMs);
    assert.deepEqual(result.jobs.map(({ id, outcome }) => [id, outcome]), [["b", "added"], ["a", "added"]]);
    assert.deepEqual(result.claimed, []);
    assert.deepEqual(await t.job("a"), {
      ...job,
      seq: result.jobs[1]?.seq,
      state: "ready",
      blockedBy: null,
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
  check("addJobs() uses the current time where no runAt is given", async (t) => {
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
  check("addJobs() leaves a job alone whose id exists already", async (t) => {
    const first = only((await t.store.addJobs([newJob("a", { priority: 1 })])).jobs);
    t.pass(10);
    const result = await t.store.addJobs([newJob("b"), newJob("a", { priority: 2 })]);
    assert.deepEqual(result.jobs.map(({ outcome }) => outcome), ["added", "deduplicated"]);
    assert.equal(result.jobs[1]?.seq, first.seq);
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
  check("getJobs() returns values that cannot change the store", async (t) => {
    await t.add("a", { metadata: { list: ["a"] } });
    const result = (await t.job("a")).metadata as { list: string[] };
    try {
      result.list.push("b");
    } catch { /* a frozen result is as good as a copy */ }
    assert.deepEqual((await t.job("a")).metadata, { list: ["a"] });
  }),
];

const backoff = { kind: "fixed", baseMs: 1, factor: 2, capMs: 3, jitter: 0.5 } as const;

/** The ids of the jobs that are claimed as they are added. */
async function claimedIds(
  t: StoreTest,
  incarnation: number,
  jobs: readonly NewJob[],
  limit = jobs.length,
): Promise<readonly string[]> {
  const claim = { incarnation, tasks: versionsOf([TASK, "other"]), limit, inTurn: true };
  return idsOf((await t.store.addJobs(jobs, claim)).claimed);
}

async function begin(t: StoreTest, settings: RunOverrides = { maxRunningJobs: null }): Promise<number> {
  await t.task(TASK, settings);
  return await t.scheduler();
}

/** Adding jobs that are claimed at once, where they overtake no other job. */
export const claimedInTurnTests: readonly StoreCheck[] = [
  check("addJobs() in turn claims jobs as they are stored", async (t) => {
    const incarnation = await begin(t);
    t.pass(5);
    const job = newJob("a", {
      input: "json:1",
      priority: 2,
      overrides: { timeoutMs: 5 },
      metadata: { x: [1] },
    });
    const claim = { incarnation, tasks: versionsOf([TASK]), limit: 1, inTurn: true };
    const claimed = only((await t.store.addJobs([job], claim)).claimed);
    assert.deepEqual(claimed, await t.job("a"));
    const { state, owner, attempt, claimNumber, startedAtMs } = claimed;
    assert.deepEqual([state, owner, attempt, claimNumber, startedAtMs], [
      "running",
      incarnation,
      1,
      1,
      t.nowMs,
    ]);
    assert.equal(await t.end(claimed), true);
  }),
  check(
    "addJobs() in turn claims equal jobs together, where their task has room for all of them",
    async (t) => {
      const incarnation = await begin(t, { maxRunningJobs: 3 });
      assert.deepEqual(await claimedIds(t, incarnation, [newJob("a"), newJob("b")]), ["a", "b"]);
      assert.deepEqual(await claimedIds(t, incarnation, [newJob("c"), newJob("d")]), []);
      assert.deepEqual(await t.claimIds(incarnation), ["c"]);
    },
  ),
  check("addJobs() in turn overtakes neither jobs that are ready nor jobs that are due", async (t) => {
    const incarnation = await begin(t);
    await t.add("ready");
    assert.deepEqual(await claimedIds(t, incarnation, [newJob("a")]), []);
    assert.deepEqual(await t.claimIds(incarnation), ["ready", "a"]);
    await t.add("due", { runAtMs: t.nowMs + 5 });
    assert.deepEqual(await claimedIds(t, incarnation, [newJob("b")]), ["b"]);
    t.pass(5);
    assert.deepEqual(await claimedIds(t, incarnation, [newJob("c")]), []);
    assert.deepEqual(await t.claimIds(incarnation), ["due", "c"]);
  }),
  check("addJobs() in turn does not claim jobs that have to wait", async (t) => {
    const incarnation = await begin(t);
    const jobs = [
      newJob("later", { runAtMs: t.nowMs + 1 }),
      newJob("key", { concurrencyKey: "k" }),
      newJob("tags", { tags: ["gpu"] }),
      newJob("deadline", { startDeadlineMs: t.nowMs + 1 }),
      newJob("unknown", { taskName: "other" }),
      newJob("newer", { taskVersion: 2 }),
      newJob("not asked", { taskName: "third" }),
    ];
    for (const job of jobs) assert.deepEqual(await claimedIds(t, incarnation, [job]), [], job.id);
    assert.deepEqual(await claimedIds(t, incarnation + 1, [newJob("a")]), []);
  }),
  check("addJobs() in turn claims nothing of a paused task, and nothing beyond the limit", async (t) => {
    const incarnation = await begin(t);
    assert.deepEqual(await claimedIds(t, incarnation, [newJob("a"), newJob("b")], 1), []);
    assert.deepEqual(await t.claimIds(incarnation), ["a", "b"]);
    await t.store.updateTask(TASK, { paused: true });
    assert.deepEqual(await claimedIds(t, incarnation, [newJob("c")]), []);
    assert.equal(await t.state("c"), "blocked");
  }),
  check(
    "addJobs() in turn claims no job that exists already, and a repeated id once",
    async (t) => {
      const incarnation = await begin(t);
      await t.add("there", { runAtMs: t.nowMs + 5 });
      const ids = ["a", "there", "b", "a"];
      assert.deepEqual(await claimedIds(t, incarnation, ids.map((id) => newJob(id))), ["a", "b"]);
      assert.equal(await t.state("there"), "scheduled");
    },
  ),
];

const unique: JobIdentity = {
  key: "same",
  states: ["scheduled", "blocked", "ready", "running"],
  periodMs: null,
  replace: null,
};
const replacing: JobIdentity = { ...unique, replace: { maxWaitMs: 100 } };

/** Jobs with an identity: those that do the same work. */
export const identityTests: readonly StoreCheck[] = [
  check("addJobs() adds one of several jobs with the same identity", async (t) => {
    const { jobs } = await t.store.addJobs([
      newJob("a", { identity: unique }),
      newJob("b", { identity: unique }),
      newJob("c"),
      newJob("d", { identity: unique, taskName: "other" }),
    ]);
    assert.deepEqual(jobs.map(({ id, outcome }) => [id, outcome]), [
      ["a", "added"],
      ["a", "deduplicated"],
      ["c", "added"],
      ["d", "added"],
    ]);
    assert.equal((await t.job("a")).identityKey, "same");
  }),
  check("addJobs() counts only jobs in the states and the period of the identity", async (t) => {
    await t.task();
    const job = await t.running("a", { identity: unique });
    const add = async (id: string, identity: JobIdentity) =>
      (await t.store.addJobs([newJob(id, { identity })])).jobs[0]!.outcome;
    assert.equal(await add("b", unique), "deduplicated");
    assert.equal(await add("b", { ...unique, states: ["ready"] }), "added");
    await t.store.removeJobs(["b"]);
    await t.end(job);
    assert.equal(await add("c", { ...unique, states: ["finished"], periodMs: 10 }), "deduplicated");
    t.pass(10);
    assert.equal(await add("c", { ...unique, states: ["finished"], periodMs: 10 }), "added");
  }),
  check(
    "addJobs() replaces the input and runAt of a job that never started, up to its longest wait",
    async (t) => {
      const put = async (id: string, input: string, inMs: number) =>
        (await t.store.addJobs([newJob(id, { identity: replacing, input, runAtMs: t.nowMs + inMs })]))
          .jobs[0]!;
      const addedMs = t.nowMs;
      assert.equal((await put("a", "json:1", 60)).outcome, "added");
      t.pass(50);
      const { id, outcome } = await put("b", "json:2", 60);
      assert.deepEqual([id, outcome], ["a", "replaced"]);
      const job = await t.job("a");
      assert.deepEqual([job.state, job.input, job.runAtMs], ["scheduled", "json:2", addedMs + 100]);
    },
  ),
  check("addJobs() replaces no job that has started", async (t) => {
    await t.task();
    await t.running("a", { identity: replacing });
    const { jobs } = await t.store.addJobs([newJob("b", { identity: replacing })]);
    assert.equal(jobs[0]?.outcome, "added");
  }),
];
