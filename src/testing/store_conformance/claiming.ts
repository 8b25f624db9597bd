import assert from "node:assert/strict";
import { idsOf, newJob, TASK, versionsOf } from "./records.ts";
import { check, checkTwo, type StoreCheck } from "./store_check.ts";
import { fenceOf, only } from "./store_test.ts";

/** Which jobs a claim takes, in which order, and its result. */
export const claimingTests: readonly StoreCheck[] = [
  check(
    "claimJobs() takes higher priority first, then earlier runAt, then earlier added",
    async (t) => {
      await t.task();
      const incarnation = await t.scheduler();
      const now = t.nowMs;
      await t.add("later", { runAtMs: now - 1 });
      await t.add("first", { runAtMs: now - 2 });
      await t.add("second", { runAtMs: now - 2 });
      await t.add("high", { priority: 1, runAtMs: now });
      await t.add("low", { priority: -1, runAtMs: now - 9 });
      assert.deepEqual(await t.claimIds(incarnation), ["high", "first", "second", "later", "low"]);
    },
  ),
  check("claimJobs() keeps claim order across tasks and up to the limit", async (t) => {
    await t.task("a");
    await t.task("b");
    const incarnation = await t.scheduler(["a", "b"]);
    for (
      const [id, taskName, priority] of [["1", "a", 1], ["2", "b", 4], ["3", "a", 3], ["4", "b", 2]] as const
    ) {
      await t.add(id, { taskName, priority });
    }
    const request = { tasks: ["a", "b"], limit: 3 };
    assert.deepEqual(await t.claimIds(incarnation, request), ["2", "3", "4"]);
    assert.deepEqual(await t.claimIds(incarnation, request), ["1"]);
    assert.deepEqual(await t.claimIds(incarnation, request), []);
  }),
  check("claimJobs() returns the job with this claim's attempt, number and times", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("a");
    t.pass(7);
    const job = only(await t.claim(incarnation));
    assert.equal(job.state, "running");
    assert.deepEqual([job.attempt, job.claimNumber, job.owner], [1, 1, incarnation]);
    assert.deepEqual([job.startedAtMs, job.finishedAtMs], [t.nowMs, null]);
    assert.deepEqual(await t.job("a"), job);
  }),
  check("claimJobs() gives a job to one scheduler only", async (t) => {
    await t.task();
    const [first, second] = [await t.scheduler(), await t.scheduler()];
    await t.addAll(["a", "b"]);
    assert.deepEqual(await t.claimIds(first, { limit: 1 }), ["a"]);
    assert.deepEqual(await t.claimIds(second), ["b"]);
  }),
  checkTwo("claimJobs() gives a job to one of two handles that ask at once", async (one, two) => {
    await one.task();
    const [first, second] = [await one.scheduler(), await two.scheduler()];
    const ids = Array.from({ length: 20 }, (_, i) => `job-${i}`);
    await one.addAll(ids);
    const [mine, yours] = await Promise.all([
      one.claimIds(first, { limit: 15 }),
      two.claimIds(second, { limit: 15 }),
    ]);
    assert.deepEqual([...mine, ...yours].sort(), ids.sort());
  }),
  check("claimJobs() takes no job before its runAt", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("a", { runAtMs: t.nowMs + 10, priority: 9 });
    assert.equal(await t.state("a"), "scheduled");
    t.pass(9);
    assert.deepEqual(await t.claimIds(incarnation), []);
    t.pass(1);
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
  }),
  check("claimJobs() makes due jobs of every task ready, also of those it was not asked for", async (t) => {
    await t.task("other");
    const incarnation = await t.scheduler([TASK, "other"]);
    await t.add("a", { taskName: "other", runAtMs: t.nowMs + 10 });
    t.pass(10);
    assert.deepEqual(await t.claimIds(incarnation), []);
    assert.equal(await t.state("a"), "ready");
  }),
  check("claimJobs() lets a job wait longer when the clock has stepped back", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("a", { runAtMs: t.nowMs + 10 });
    t.pass(-100);
    assert.deepEqual(await t.claimIds(incarnation), []);
    t.pass(110);
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
  }),
  check("claimJobs() returns the earliest future runAt among the asked tasks", async (t) => {
    const incarnation = await t.scheduler();
    const ask = async (taskNames: readonly string[], jobIds?: readonly string[]) => {
      const ids = jobIds === undefined ? {} : { jobIds };
      return (await t.store.claimJobs({ incarnation, tasks: versionsOf(taskNames), limit: 0, ...ids }))
        .nextRunAtMs;
    };
    const now = t.nowMs;
    assert.equal(await ask(["a", "b"]), null);
    await t.add("1", { taskName: "a", runAtMs: now + 30 });
    await t.add("2", { taskName: "a", runAtMs: now + 20 });
    await t.add("3", { taskName: "b", runAtMs: now + 10 });
    await t.add("4", { taskName: "a" });
    assert.equal(await ask(["a"]), now + 20);
    assert.equal(await ask(["a", "b"]), now + 10);
    assert.equal(await ask(["c"]), null);
    assert.equal(await ask(["a", "b"], ["1"]), now + 30);
    t.pass(10);
    assert.equal(await ask(["a", "b"]), now + 20);
  }),
  check("claimJobs() returns whether the limit cut the result short", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b", "c"]);
    const request = { incarnation, tasks: versionsOf([TASK]), limit: 2 };
    const first = await t.store.claimJobs(request);
    assert.deepEqual([first.claimed.length, first.more, first.nowMs], [2, true, t.nowMs]);
    const second = await t.store.claimJobs(request);
    assert.deepEqual([second.claimed.length, second.more], [1, false]);
  }),
  check("claimJobs() with a limit of 0 returns whether a job could be taken", async (t) => {
    await t.task(TASK, { maxRunningJobs: 1 });
    const incarnation = await t.scheduler();
    const ask = async () => {
      const { claimed, more } = await t.store.claimJobs({ incarnation, tasks: versionsOf([TASK]), limit: 0 });
      return [claimed.length, more];
    };
    assert.deepEqual(await ask(), [0, false]);
    await t.addAll(["a", "b"]);
    assert.deepEqual(await ask(), [0, true]);
    await t.claimIds(incarnation);
    assert.deepEqual(await ask(), [0, false], "its only slot is taken");
  }),
  check("claimJobs() returns whether jobs of the asked tasks are left that wait for a slot", async (t) => {
    for (const name of ["one", "other"]) await t.task(name, { maxRunningJobs: 1 });
    const incarnation = await t.scheduler(["one", "other"]);
    const isLeft = async (taskName: string, limit = 9) => {
      return (await t.store.claimJobs({ incarnation, tasks: versionsOf([taskName]), limit })).backlog;
    };
    assert.equal(await isLeft("one"), false);
    await t.add("later", { taskName: "one", runAtMs: t.nowMs + 10 });
    assert.equal(await isLeft("one"), false);
    await t.addAll(["a", "b"], { taskName: "one" });
    assert.equal(await isLeft("other"), false);
    assert.equal(await isLeft("one"), true);
    assert.equal(await isLeft("one", 0), true);
    await t.store.removeJobs(["b"]);
    assert.equal(await isLeft("one"), false);
    t.pass(10);
    assert.equal(await isLeft("other"), false);
    assert.equal(await isLeft("one"), true);
  }),
  check("claimJobs() takes nothing for an incarnation that is not registered", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("a");
    assert.deepEqual(await t.claimIds(incarnation + 1), []);
    await t.store.unregisterScheduler(incarnation);
    assert.deepEqual(await t.claimIds(incarnation), []);
    assert.equal((await t.job("a")).claimNumber, 0);
  }),
  check("claimJobs() takes only the named jobs when ids are given", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b", "c"]);
    await t.add("d", { runAtMs: t.nowMs + 1 });
    await t.add("e", { taskName: "other" });
    const jobIds = ["c", "d", "e", "unknown", "a", "a"];
    assert.deepEqual(await t.claimIds(incarnation, { jobIds }), ["a", "c"]);
    assert.deepEqual(await t.claimIds(incarnation, { jobIds }), []);
    assert.deepEqual(await t.claimIds(incarnation, { jobIds: [] }), []);
  }),
  check("claimJobs() counts attempts and claims each time a job is taken", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("a");
    for (const attempt of [1, 2, 3]) {
      const job = only(await t.claim(incarnation));
      assert.deepEqual([job.attempt, job.claimNumber], [attempt, attempt]);
      assert.equal(await t.end(job, { to: "retry", delayMs: 0, error: null }), true);
    }
  }),
  check("claimJobs() clears the progress of an earlier attempt", async (t) => {
    await t.task();
    const job = await t.running("a");
    const progress = { done: 1, total: 2, message: null, atMs: t.nowMs };
    await t.store.putProgress([{ fence: fenceOf(job), progress }]);
    await t.end(job, { to: "retry", delayMs: 0, error: null });
    assert.deepEqual((await t.job("a")).progress, progress);
    const again = only(await t.claim(job.owner as number));
    assert.equal(again.progress, null);
  }),
  check("claimJobs() takes a thousand jobs in order, a hundred at a time", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    const ids = Array.from({ length: 1000 }, (_, i) => `job-${String((i * 7919) % 1000).padStart(4, "0")}`);
    const jobs = ids.map((id) => newJob(id, { priority: -Number(id.slice(4)) }));
    for (let i = 0; i < 1000; i += 100) await t.store.addJobs(jobs.slice(i, i + 100));
    const taken: string[] = [];
    for (let i = 0; i < 10; i++) taken.push(...await t.claimIds(incarnation, { limit: 100 }));
    assert.deepEqual(taken, [...ids].sort());
    assert.deepEqual(idsOf(await t.claim(incarnation)), []);
  }),
];

const MINUTE = 60_000;

/** Ageing: jobs that grow more urgent while they wait. */
export const ageingTests: readonly StoreCheck[] = [
  check("claimJobs() takes a job that has waited long before more urgent ones added later", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("old", { priority: 0, ageingMs: MINUTE });
    t.pass(2 * MINUTE);
    await t.add("later", { priority: 1, ageingMs: MINUTE });
    await t.add("urgent", { priority: 3, ageingMs: MINUTE });
    assert.deepEqual(await t.claimIds(incarnation), ["urgent", "old", "later"]);
  }),
  check("claimJobs() goes strictly by priority among jobs that do not age", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("old", { priority: 0 });
    t.pass(100 * MINUTE);
    await t.add("later", { priority: 1 });
    assert.deepEqual(await t.claimIds(incarnation), ["later", "old"]);
  }),
  check("claimJobs() compares jobs that age differently as of the claim, over all tasks", async (t) => {
    await t.task("a");
    await t.task("b");
    const incarnation = await t.scheduler(["a", "b"]);
    await t.add("quick", { taskName: "a", priority: 0, ageingMs: MINUTE });
    await t.add("slow", { taskName: "b", priority: 2, ageingMs: 10 * MINUTE });
    await t.add("never", { taskName: "a", priority: 3 });
    const first = { tasks: ["a", "b"], limit: 1 };
    t.pass(MINUTE);
    assert.deepEqual(await t.claimIds(incarnation, first), ["never"]);
    assert.deepEqual(await t.claimIds(incarnation, first), ["slow"]);
    await t.add("slow-2", { taskName: "b", priority: 2, ageingMs: 10 * MINUTE });
    t.pass(3 * MINUTE);
    assert.deepEqual(await t.claimIds(incarnation, first), ["quick"]);
  }),
  check("updateJob() of the priority keeps what a job has gained by waiting", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.add("old", { priority: -2, ageingMs: MINUTE });
    t.pass(2 * MINUTE);
    await t.add("new", { priority: 1, ageingMs: MINUTE });
    await t.store.updateJob("old", { priority: 0 });
    assert.deepEqual(await t.claimIds(incarnation), ["old", "new"]);
  }),
];
