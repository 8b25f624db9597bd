import assert from "node:assert/strict";
import type { JobIdentity } from "../../model/identity.ts";
import { newJob } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";

const unique: JobIdentity = {
  key: "same",
  states: ["scheduled", "blocked", "ready", "running"],
  periodMs: null,
  replace: null,
};
const replacing: JobIdentity = { ...unique, replace: { maxWaitMs: 100 } };

/** Jobs that stand for the same work. */
export const identityTests: readonly StoreCheck[] = [
  check("addJobs() adds one of several jobs that stand for the same work", async (t) => {
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
    "addJobs() lets a job that never started take over what was said, up to its longest wait",
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
  check("addJobs() replaces no job that was started", async (t) => {
    await t.task();
    await t.running("a", { identity: replacing });
    const { jobs } = await t.store.addJobs([newJob("b", { identity: replacing })]);
    assert.equal(jobs[0]?.outcome, "added");
  }),
];
