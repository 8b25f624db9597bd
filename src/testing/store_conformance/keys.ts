import assert from "node:assert/strict";
import { newJob, policies, TASK } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { ending, failure, type StoreTest } from "./store_test.ts";

async function taskWithKeys(t: StoreTest, max: number, fifo = false): Promise<number> {
  await t.task(TASK, { concurrency: { max, fifo } });
  return await t.scheduler();
}

/** Slots that jobs share by a key. */
export const keyTests: readonly StoreCheck[] = [
  check("claimJobs() takes as many jobs with one key as the task's record allows", async (t) => {
    const incarnation = await taskWithKeys(t, 2);
    await t.addAll(["a1", "a2", "a3"], { concurrencyKey: "ada" });
    await t.addAll(["b1", "b2"], { concurrencyKey: "bob" });
    await t.add("free");
    assert.deepEqual(await t.claimIds(incarnation), ["a1", "a2", "b1", "b2", "free"]);
    assert.equal(await t.state("a3"), "blocked");
    await t.end(await t.job("a1"));
    assert.equal(await t.state("a3"), "ready");
    assert.deepEqual(await t.claimIds(incarnation), ["a3"]);
  }),
  check("claimJobs() passes over any number of jobs of a saturated key", async (t) => {
    const incarnation = await taskWithKeys(t, 1);
    await t.addAll(Array.from({ length: 90 }, (_, i) => `a${i}`), { concurrencyKey: "ada", priority: 9 });
    await t.add("b", { concurrencyKey: "bob" });
    assert.deepEqual(await t.claimIds(incarnation), ["a0", "b"]);
    await t.end(await t.job("a0"));
    assert.deepEqual(await t.claimIds(incarnation), ["a1"]);
  }),
  check("claimJobs() counts a key separately for each task", async (t) => {
    const incarnation = await taskWithKeys(t, 1);
    await t.task("other", { concurrency: { max: 1, fifo: false } });
    await t.add("a", { concurrencyKey: "ada" });
    await t.add("b", { concurrencyKey: "ada", taskName: "other" });
    assert.deepEqual(await t.claimIds(incarnation, { tasks: [TASK, "other"] }), ["a", "b"]);
  }),
  check("claimJobs() reads the limit of keys at the claim: overrides win, null is none", async (t) => {
    const incarnation = await taskWithKeys(t, 1);
    await t.addAll(["a", "b", "c", "d", "e"], { concurrencyKey: "ada" });
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
    await t.store.updateTask(TASK, { overrides: { concurrency: { max: 3, fifo: false } } });
    assert.deepEqual(await t.claimIds(incarnation), ["b", "c"]);
    await t.store.updateTask(TASK, { overrides: { concurrency: null } });
    assert.deepEqual(await t.claimIds(incarnation), ["d", "e"]);
  }),
  check("claimJobs() holds jobs to a limit that came when they waited already", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b", "c"], { concurrencyKey: "ada" });
    await t.store.updateTask(TASK, { overrides: { concurrency: { max: 1, fifo: false } } });
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
    assert.deepEqual(await t.claimIds(incarnation), []);
  }),
  check("claimJobs() keeps to the limits of task, schedule and key at once", async (t) => {
    const incarnation = await taskWithKeys(t, 2);
    await t.store.updateTask(TASK, { overrides: { maxRunningJobs: 3 } });
    const { seq } = await t.addSchedule("s", { policies: policies({ maxRunningJobs: 1 }) });
    await t.addAll(["s1", "s2"], { scheduleSeq: seq, concurrencyKey: "ada", priority: 2 });
    await t.addAll(["a1", "a2"], { concurrencyKey: "ada", priority: 1 });
    await t.addAll(["f1", "f2"]);
    assert.deepEqual(await t.claimIds(incarnation), ["s1", "a1", "f1"]);
    await t.end(await t.job("f1"));
    assert.deepEqual(await t.claimIds(incarnation), ["f2"]);
    await t.end(await t.job("s1"));
    assert.deepEqual(await t.claimIds(incarnation), ["s2"]);
  }),
  check("claimJobs() takes jobs of a fifo key in order of adding, not of priority", async (t) => {
    const incarnation = await taskWithKeys(t, 1, true);
    await t.addAll(["a", "b"], { concurrencyKey: "ada" });
    await t.add("c", { concurrencyKey: "ada", priority: 9 });
    await t.add("other", { concurrencyKey: "bob" });
    assert.deepEqual(await t.claimIds(incarnation), ["a", "other"]);
    assert.equal(await t.state("c"), "blocked");
    await t.end(await t.job("a"));
    assert.deepEqual(await t.claimIds(incarnation), ["b"]);
    await t.end(await t.job("b"));
    assert.deepEqual(await t.claimIds(incarnation), ["c"]);
  }),
  check(
    "claimJobs() lets nothing of a fifo key overtake a job that waits for its next attempt",
    async (t) => {
      const incarnation = await taskWithKeys(t, 1, true);
      await t.addAll(["a", "b"], { concurrencyKey: "ada" });
      const [run] = await t.claim(incarnation);
      await t.end(run!, { to: "retry", delayMs: 100, error: failure });
      assert.deepEqual(await t.claimIds(incarnation), []);
      assert.equal(await t.state("b"), "blocked");
      t.pass(100);
      assert.deepEqual(await t.claimIds(incarnation), ["a"]);
    },
  ),
  check("claimJobs() continues with a fifo key once the first job is cancelled or removed", async (t) => {
    const incarnation = await taskWithKeys(t, 1, true);
    await t.add("later", { concurrencyKey: "ada", runAtMs: t.nowMs + 100 });
    await t.addAll(["b", "c"], { concurrencyKey: "ada" });
    assert.deepEqual(await t.claimIds(incarnation), []);
    await t.store.cancelJobs(["later"], { reason: "test", keepMs: null });
    await t.store.removeJobs(["b"]);
    assert.deepEqual(await t.claimIds(incarnation), ["c"]);
  }),
  check("addJobs() claims with a key only within its limit", async (t) => {
    const incarnation = await taskWithKeys(t, 1);
    await t.add("a", { concurrencyKey: "ada" });
    assert.deepEqual(await t.claimIds(incarnation), ["a"]);
    await t.add("b", { concurrencyKey: "ada" });
    assert.deepEqual(await t.claimIds(incarnation, { jobIds: ["b"] }), []);
  }),
];

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function max(count: number) {
  return { concurrency: { max: count, fifo: false } };
}

/** More keys and schedules than a store looks at in one statement: none is forgotten. */
export const manyKeyTests: readonly StoreCheck[] = [
  check("claimJobs() takes jobs of every key when their limit is raised or lifted", async (t) => {
    await t.task(TASK, max(1));
    const incarnation = await t.scheduler();
    await t.store.addJobs(
      numbers(900).map((i) => newJob(`j-${i}`, { concurrencyKey: `k-${i % 300}` })),
    );
    assert.equal((await t.claimAll(incarnation)).length, 300);
    await t.store.updateTask(TASK, { overrides: max(2) });
    assert.equal((await t.claimAll(incarnation)).length, 300);
    await t.store.updateTask(TASK, { overrides: { concurrency: null } });
    assert.equal((await t.claimAll(incarnation)).length, 300);
  }),
  check("claimJobs() takes every job behind one key, also where they age differently", async (t) => {
    await t.task(TASK, max(5));
    const incarnation = await t.scheduler();
    const jobs = numbers(150).map((i) => newJob(`j-${i}`, { concurrencyKey: "k", ageingMs: i + 1 }));
    await t.store.addJobs(jobs);
    const taken = new Set<string>();
    for (let round = 0; round < jobs.length / 5; round++) {
      const claimed = await t.claimAll(incarnation);
      assert.equal(claimed.length, 5);
      for (const job of claimed) taken.add(job.id);
      await t.store.endJobs(claimed.map((job) => ending(job)));
    }
    assert.equal(taken.size, jobs.length);
  }),
  check("claimJobs() fills a large limit of a key and of a schedule, and keeps to it", async (t) => {
    await t.task(TASK, max(100));
    const incarnation = await t.scheduler();
    const { seq } = await t.addSchedule("s", { policies: policies({ maxRunningJobs: 100 }) });
    const ways = [{ concurrencyKey: "k" }, { scheduleSeq: seq, scheduleId: "s" }];
    for (const [way, place] of ways.entries()) {
      await t.store.addJobs(numbers(250).map((i) => newJob(`${way}-${i}`, place)));
      const running = await t.claimAll(incarnation, { limit: 10 });
      assert.equal(running.length, 100);
      await t.store.endJobs(running.slice(0, 40).map((job) => ending(job)));
      assert.equal((await t.claimAll(incarnation, { limit: 7 })).length, 40);
    }
  }),
  check("claimJobs() takes a schedule's jobs when the schedule is changed or removed", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    const schedule = await t.addSchedule("s", { policies: policies({ overlap: "queue" }) });
    const place = { scheduleSeq: schedule.seq, scheduleId: "s" };
    await t.store.addJobs(numbers(120).map((i) => newJob(`j-${i}`, { ...place, ageingMs: i + 1 })));
    assert.equal((await t.claimAll(incarnation)).length, 1);
    const raised = await t.putSchedule(schedule, { policies: policies({ maxRunningJobs: 70 }) });
    assert.equal((await t.claimAll(incarnation)).length, 69);
    await t.removeSchedule(raised);
    assert.equal((await t.claimAll(incarnation)).length, 50);
  }),
];
