import assert from "node:assert/strict";
import { idsOf, newJob, policies, TASK, taskWrite, versionsOf } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { ending, type StoreTest } from "./store_test.ts";

const MINUTE = 60_000;

function rate(limit: number, keyed = false, perMs = MINUTE) {
  return { rateLimit: { limit, perMs, keyed } };
}

/** Claims until nothing more can be taken; resolves to the ids and to when the next job may start. */
async function claimAll(t: StoreTest, incarnation: number, names: readonly string[] = [TASK]) {
  const ids: string[] = [];
  for (;;) {
    const result = await t.store.claimJobs({ incarnation, tasks: versionsOf(names), limit: 100 });
    ids.push(...idsOf(result.claimed));
    if (!result.more) return { ids, nextRunAtMs: result.nextRunAtMs };
  }
}

/** Rate limits: starts of jobs in a window of time. */
export const rateTests: readonly StoreCheck[] = [
  check(
    "claimJobs() starts no more jobs in a window than the rate allows, and returns when it may",
    async (t) => {
      await t.task(TASK, rate(2));
      const incarnation = await t.scheduler();
      await t.addAll(["a", "b", "c", "d"]);
      const startMs = t.nowMs;
      assert.deepEqual(await t.claimIds(incarnation, { limit: 1 }), ["a"]);
      t.pass(20_000);
      assert.deepEqual(await claimAll(t, incarnation), { ids: ["b"], nextRunAtMs: startMs + MINUTE });
      assert.equal(await t.state("c"), "blocked");
      t.pass(40_000 - 1);
      assert.deepEqual(await claimAll(t, incarnation), { ids: [], nextRunAtMs: startMs + MINUTE });
      t.pass(1);
      await t.scheduler();
      assert.equal(await t.state("c"), "ready");
      assert.deepEqual(await claimAll(t, incarnation), { ids: ["c"], nextRunAtMs: startMs + 80_000 });
      t.pass(20_000);
      assert.deepEqual(await claimAll(t, incarnation), { ids: ["d"], nextRunAtMs: null });
    },
  ),
  check("claimJobs() counts a retry as a start, and starts of jobs that are gone", async (t) => {
    await t.task(TASK, rate(2));
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b", "c"]);
    const [a] = await t.claim(incarnation, { limit: 1 });
    await t.end(a!, { to: "retry", delayMs: 0, error: null });
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["a"]);
    await t.end(await t.job("a"));
    assert.deepEqual(await t.store.removeJobs(["a"]), ["a"]);
    assert.deepEqual((await claimAll(t, incarnation)).ids, []);
    t.pass(MINUTE);
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["b", "c"]);
  }),
  check(
    "claimJobs() finds the jobs of other tasks behind any number that wait for a full rate",
    async (t) => {
      await t.task(TASK, rate(1));
      await t.task("other");
      const incarnation = await t.scheduler([TASK, "other"]);
      const many = Array.from({ length: 120 }, (_, i) => newJob(`a-${i}`, { priority: 9, ageingMs: null }));
      await t.store.addJobs([...many, newJob("other", { taskName: "other" })]);
      assert.deepEqual((await claimAll(t, incarnation, [TASK, "other"])).ids, ["a-0", "other"]);
    },
  ),
  check(
    "claimJobs() counts by key where the rate has keys; jobs without one count for nothing",
    async (t) => {
      await t.task(TASK, rate(1, true));
      const incarnation = await t.scheduler();
      await t.addAll(["a-1", "a-2", "a-3"], { rateKey: "a", priority: 1 });
      await t.addAll(["b-1", "b-2"], { rateKey: "b" });
      await t.addAll(["free-1", "free-2"]);
      const startMs = t.nowMs;
      const first = await claimAll(t, incarnation);
      assert.deepEqual(first.ids.toSorted(), ["a-1", "b-1", "free-1", "free-2"]);
      assert.equal(first.nextRunAtMs, startMs + MINUTE);
      t.pass(MINUTE);
      const second = await claimAll(t, incarnation);
      assert.deepEqual(second, { ids: ["a-2", "b-2"], nextRunAtMs: startMs + 2 * MINUTE });
      t.pass(MINUTE);
      assert.deepEqual(await claimAll(t, incarnation), { ids: ["a-3"], nextRunAtMs: null });
    },
  ),
  check("claimJobs() passes over the jobs of a full key however many are in front", async (t) => {
    await t.task(TASK, rate(2, true));
    const incarnation = await t.scheduler();
    const many = Array.from({ length: 120 }, (_, i) => newJob(`a-${i}`, { rateKey: "a", priority: 9 }));
    await t.store.addJobs([...many, newJob("b", { rateKey: "b" })]);
    assert.deepEqual((await claimAll(t, incarnation)).ids.toSorted(), ["a-0", "a-1", "b"]);
  }),
  check("claimJobs() holds a job to its rate, its key and its schedule at once", async (t) => {
    await t.task(TASK, { ...rate(3, true), concurrency: { max: 2, fifo: false } });
    const incarnation = await t.scheduler();
    const { seq } = await t.addSchedule("s", { policies: policies({ maxRunningJobs: 1 }) });
    const place = { scheduleSeq: seq, scheduleId: "s" };
    await t.addAll(["s-1", "s-2"], { ...place, concurrencyKey: "k", rateKey: "r" });
    await t.addAll(["k-1", "k-2", "k-3"], { concurrencyKey: "k", rateKey: "r" });
    await t.addAll(["l-1", "l-2"], { concurrencyKey: "l", rateKey: "r" });
    const running = await t.claim(incarnation);
    assert.deepEqual(idsOf(running), ["s-1", "k-1", "l-1"]);
    assert.deepEqual((await claimAll(t, incarnation)).ids, []);
    await t.store.endJobs(running.map((job) => ending(job)));
    assert.deepEqual((await claimAll(t, incarnation)).ids, []);
    t.pass(MINUTE);
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["s-2", "k-2", "l-2"]);
  }),
  check("claimJobs() follows a rate that is set, changed and lifted at run time", async (t) => {
    await t.task(TASK, rate(1));
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b", "c", "d"]);
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["a"]);
    await t.store.updateTask(TASK, { overrides: { rateLimit: { limit: 2, perMs: MINUTE, keyed: false } } });
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["b"]);
    await t.store.updateTask(TASK, { overrides: { rateLimit: { limit: 1, perMs: MINUTE, keyed: false } } });
    assert.deepEqual((await claimAll(t, incarnation)).ids, []);
    await t.store.updateTask(TASK, { overrides: { rateLimit: null } });
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["c", "d"]);
    await t.store.putTasks([taskWrite("late", { maxRunningJobs: null })]);
    await t.addAll(["x", "y", "z"], { taskName: "late" });
    await t.store.updateTask("late", { overrides: rate(2) });
    assert.deepEqual((await claimAll(t, incarnation, ["late"])).ids, ["x", "y"]);
  }),
  check("claimJobs() raises the limit of every key at once", async (t) => {
    await t.task(TASK, rate(1, true));
    const incarnation = await t.scheduler();
    const jobs = Array.from({ length: 300 }, (_, i) => newJob(`j-${i}`, { rateKey: `k-${i % 100}` }));
    await t.store.addJobs(jobs);
    assert.equal((await claimAll(t, incarnation)).ids.length, 100);
    await t.store.updateTask(TASK, { overrides: rate(2) });
    assert.equal((await claimAll(t, incarnation)).ids.length, 100);
    await t.store.updateTask(TASK, { overrides: { rateLimit: null } });
    assert.equal((await claimAll(t, incarnation)).ids.length, 100);
  }),
  check("addJobs() claims within the rate, and its start counts", async (t) => {
    await t.task(TASK, rate(1));
    const incarnation = await t.scheduler();
    const claim = { incarnation, tasks: versionsOf([TASK]), limit: 1 };
    assert.equal((await t.store.addJobs([newJob("a")], claim)).claimed.length, 1);
    assert.equal((await t.store.addJobs([newJob("b")], claim)).claimed.length, 0);
  }),
  check("claimJobs() counts a start that lies ahead as one of now when the clock steps back", async (t) => {
    await t.task(TASK, rate(1));
    const incarnation = await t.scheduler();
    await t.addAll(["a", "b"]);
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["a"]);
    t.pass(-30_000);
    assert.deepEqual((await claimAll(t, incarnation)).ids, []);
    t.pass(MINUTE - 1);
    assert.deepEqual(await claimAll(t, incarnation), { ids: [], nextRunAtMs: t.nowMs + 1 });
    t.pass(1);
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["b"]);
  }),
  check("claimJobs() starts a job that waits for its key's rate when the clock steps back", async (t) => {
    await t.task(TASK, rate(2, true));
    const incarnation = await t.scheduler();
    t.pass(60 * MINUTE);
    for (const id of ["a", "b", "c"]) await t.add(id, { rateKey: "k" });
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["a", "b"]);
    t.pass(-60 * MINUTE);
    assert.deepEqual(await claimAll(t, incarnation), { ids: [], nextRunAtMs: t.nowMs + MINUTE });
    t.pass(MINUTE);
    assert.deepEqual((await claimAll(t, incarnation)).ids, ["c"]);
  }),
  check("getRateUse() returns how many started and when the next one may, also after prune()", async (t) => {
    await t.task(TASK, rate(2));
    await t.task("keyed", rate(1, true));
    const incarnation = await t.scheduler([TASK, "keyed"]);
    assert.equal(await t.store.getRateUse("none", null), undefined);
    assert.equal(await t.store.getRateUse("keyed", null), undefined);
    const free = { limit: 2, perMs: MINUTE, started: 0, nextStartAtMs: null };
    assert.deepEqual(await t.store.getRateUse(TASK, "any"), free);
    await t.addAll(["a", "b", "c"]);
    await t.add("k", { taskName: "keyed", rateKey: "k" });
    const startMs = t.nowMs;
    await claimAll(t, incarnation, [TASK, "keyed"]);
    await t.store.prune(10);
    const full = { ...free, started: 2, nextStartAtMs: startMs + MINUTE };
    assert.deepEqual(await t.store.getRateUse(TASK, null), full);
    const ofKey = { ...full, limit: 1, started: 1 };
    assert.deepEqual(await t.store.getRateUse("keyed", "k"), ofKey);
    t.pass(MINUTE);
    await t.store.prune(10);
    assert.deepEqual(await t.store.getRateUse(TASK, null), free);
  }),
];
