import assert from "node:assert/strict";
import { TASK } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { only } from "./store_test.ts";

const older = [{ name: TASK, version: 1 }];
const newer = [{ name: TASK, version: 2 }];

/** Schedulers with older and newer code side by side, and claims with a limit per task. */
export const versionTests: readonly StoreCheck[] = [
  check("claimJobs() takes no job of a newer version than asked for, named ones neither", async (t) => {
    await t.task();
    const incarnation = await t.scheduler(newer);
    await t.add("new", { taskVersion: 2, priority: 9 });
    await t.add("old", { taskVersion: 1 });
    assert.deepEqual(await t.claimIds(incarnation, { tasks: older, jobIds: ["new"] }), []);
    assert.deepEqual(await t.claimIds(incarnation, { tasks: older }), ["old"]);
    assert.deepEqual(await t.claimIds(incarnation, { tasks: newer }), ["new"]);
  }),
  check("claimJobs() finds jobs of its version however many newer ones are in front", async (t) => {
    await t.task();
    const incarnation = await t.scheduler(older);
    const ids = Array.from({ length: 80 }, (_, i) => `new-${i}`);
    await t.addAll(ids, { taskVersion: 2, priority: 9 });
    await t.add("old");
    assert.deepEqual(await t.claimIds(incarnation, { tasks: older, limit: 1 }), ["old"]);
  }),
  check("claimJobs() gives a key's slot to a job of its version, though a newer one is first", async (t) => {
    await t.task(TASK, { concurrency: { max: 1, fifo: false } });
    const incarnation = await t.scheduler(older);
    await t.add("new", { taskVersion: 2, priority: 9, concurrencyKey: "k" });
    await t.addAll(["old", "next"], { concurrencyKey: "k" });
    assert.deepEqual(await t.claimIds(incarnation, { tasks: older }), ["old"]);
    assert.deepEqual(await t.claimIds(incarnation, { tasks: newer }), []);
    await t.end(await t.job("old"));
    assert.deepEqual(await t.claimIds(incarnation, { tasks: newer }), ["new"]);
  }),
  check("getJobs() shows a job parked while every live scheduler has older code", async (t) => {
    await t.task();
    await t.scheduler(older);
    await t.add("a", { taskVersion: 2 });
    assert.equal(await t.state("a"), "parked");
    const incarnation = await t.scheduler(newer);
    assert.equal(await t.state("a"), "ready");
    await t.store.unregisterScheduler(incarnation);
    assert.equal(await t.state("a"), "parked");
  }),
  check("registerScheduler() leaves parked jobs of a newer version parked", async (t) => {
    await t.task();
    const incarnation = await t.scheduler(newer);
    await t.add("a", { taskVersion: 2 });
    await t.end(only(await t.claim(incarnation, { tasks: newer })), { to: "parked", reason: "does not fit" });
    await t.scheduler(older);
    assert.equal((await t.job("a")).parkedReason, "does not fit");
    await t.scheduler(newer);
    assert.equal((await t.job("a")).parkedReason, null);
    assert.equal(await t.state("a"), "ready");
  }),
  check(
    "registerScheduler() takes up any number of parked jobs, each of its tasks and versions",
    async (t) => {
      for (const name of ["one", "two", "three"]) await t.task(name);
      const all = [{ name: "one", version: 2 }, { name: "two", version: 1 }, { name: "three", version: 1 }];
      const incarnation = await t.scheduler(all);
      const ids = Array.from({ length: 600 }, (_, i) => String(i));
      await t.addAll(ids.map((id) => `new-${id}`), { taskName: "one", taskVersion: 2 });
      await t.addAll(ids.map((id) => `old-${id}`), { taskName: "one" });
      await t.addAll(ids.map((id) => `two-${id}`), { taskName: "two" });
      await t.addAll(ids.slice(0, 10).map((id) => `three-${id}`), { taskName: "three" });
      const claimed = await t.claim(incarnation, { tasks: all, limit: 2000 });
      assert.equal(claimed.length, 1810);
      const parked = { to: "parked", reason: "does not fit" } as const;
      await t.store.endJobs(claimed.map(({ seq, claimNumber }) => {
        return { fence: { seq, incarnation, claimNumber }, transition: parked };
      }));
      const before = (await t.store.getSchedulers()).length;
      await t.scheduler([{ name: "one", version: 1 }, { name: "two", version: 1 }]);
      assert.equal((await t.store.getSchedulers()).length, before + 1);
      const left = (await t.store.getJobs({})).filter(({ parkedReason }) => parkedReason !== null);
      const kinds = left.map(({ id }) => id.replace(/-.*/, ""));
      assert.deepEqual([...new Set(kinds)].sort(), ["new", "three"]);
      assert.equal(kinds.length, 610);
    },
  ),
  check("getSchedulers() returns the versions of the tasks a scheduler has", async (t) => {
    const tasks = [{ name: "a", version: 3 }, { name: "b", version: 1 }];
    await t.scheduler(tasks);
    assert.deepEqual(only(await t.store.getSchedulers()).tasks, tasks);
  }),
  check("claimJobs() takes at most as many jobs of a task as it was asked, and others'", async (t) => {
    await t.task("some");
    await t.task("many");
    const incarnation = await t.scheduler(["some", "many"]);
    await t.addAll(["s-1", "s-2", "s-3"], { taskName: "some", priority: 1 });
    await t.addAll(["m-1", "m-2"], { taskName: "many" });
    const ask = (max: number) => ({
      tasks: [{ name: "some", version: 1, max }, { name: "many", version: 1 }],
    });
    assert.deepEqual(await t.claimIds(incarnation, { ...ask(0), limit: 1 }), ["m-1"]);
    assert.deepEqual(await t.claimIds(incarnation, ask(2)), ["s-1", "s-2", "m-2"]);
    assert.deepEqual(await t.claimIds(incarnation, { ...ask(0), jobIds: ["s-3"] }), []);
    assert.deepEqual(await t.claimIds(incarnation, ask(1)), ["s-3"]);
  }),
];

/** Tags that jobs require and schedulers offer. */
export const tagTests: readonly StoreCheck[] = [
  check("claimJobs() takes a job only for a scheduler that offers all its tags", async (t) => {
    await t.task();
    const plain = await t.scheduler();
    const gpu = await t.scheduler([TASK], undefined, ["gpu"]);
    const both = await t.scheduler([TASK], undefined, ["gpu", "big", "more"]);
    await t.add("both", { tags: ["big", "gpu"], priority: 2 });
    await t.add("gpu", { tags: ["gpu"], priority: 1 });
    await t.add("none");
    assert.deepEqual(await t.claimIds(plain), ["none"]);
    assert.deepEqual(await t.claimIds(gpu), ["gpu"]);
    assert.deepEqual(await t.claimIds(both), ["both"]);
  }),
  check("claimJobs() is not held up by jobs in front that other schedulers must take", async (t) => {
    await t.task();
    const plain = await t.scheduler();
    for (let i = 0; i < 120; i++) {
      await t.add(`gpu-${i}`, { tags: [i % 2 === 0 ? "gpu" : "big"], priority: 9 });
    }
    await t.add("mine");
    await t.add("mine too");
    assert.deepEqual(await t.claimIds(plain, { limit: 1 }), ["mine"]);
    assert.deepEqual(await t.claimIds(plain), ["mine too"]);
  }),
  check("claimJobs() keeps claim order across sets of tags", async (t) => {
    await t.task();
    const incarnation = await t.scheduler([TASK], undefined, ["big", "gpu"]);
    await t.add("fourth");
    await t.add("first", { tags: ["gpu"], priority: 3 });
    await t.add("third", { tags: ["big", "gpu"], priority: 1 });
    await t.add("second", { tags: ["big"], priority: 2 });
    assert.deepEqual(await t.claimIds(incarnation), ["first", "second", "third", "fourth"]);
  }),
  check("claimJobs() does not take a named job whose tags the scheduler does not offer", async (t) => {
    await t.task();
    const plain = await t.scheduler();
    await t.add("gpu", { tags: ["gpu"] });
    assert.deepEqual(await t.claimIds(plain, { jobIds: ["gpu"] }), []);
  }),
  check("getJobs() shows a job parked until a live scheduler has its task and its tags", async (t) => {
    await t.task();
    await t.add("gpu", { tags: ["gpu"] });
    await t.scheduler();
    await t.scheduler(["other"], undefined, ["gpu"]);
    assert.equal(await t.state("gpu"), "parked");
    assert.equal((await t.store.countJobs({})).parked, 1);
    await t.scheduler([TASK], 10, ["gpu", "big"]);
    assert.equal(await t.state("gpu"), "ready");
    t.pass(11);
    assert.equal(await t.state("gpu"), "parked");
  }),
  check("getJobs() returns the tags and the key of a job as given", async (t) => {
    await t.add("a", { tags: ["big", "gpu"], concurrencyKey: "ada" });
    const { tags, concurrencyKey } = await t.job("a");
    assert.deepEqual([tags, concurrencyKey], [["big", "gpu"], "ada"]);
  }),
];
