import assert from "node:assert/strict";
import { TASK } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";

/** Tags that jobs demand and schedulers offer. */
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
  check("getJobs() answers the tags and the key of a job as given", async (t) => {
    await t.add("a", { tags: ["big", "gpu"], concurrencyKey: "ada" });
    const { tags, concurrencyKey } = await t.job("a");
    assert.deepEqual([tags, concurrencyKey], [["big", "gpu"], "ada"]);
  }),
];
