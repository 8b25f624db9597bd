import assert from "node:assert/strict";
import type { NewJob } from "../../model/job_record.ts";
import type { RunOverrides } from "../../model/settings.ts";
import { idsOf, newJob, TASK, versionsOf } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { only, type StoreTest } from "./store_test.ts";

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

/** Adding jobs that are claimed at once where nobody is overtaken. */
export const addingInTurn: readonly StoreCheck[] = [
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
    "addJobs() in turn claims runs of jobs alike, each as far as its task has room for all of it",
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
  check("addJobs() in turn leaves jobs to a claim that wait for something", async (t) => {
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
    "addJobs() in turn claims no job that is there already, and an id once that comes twice",
    async (t) => {
      const incarnation = await begin(t);
      await t.add("there", { runAtMs: t.nowMs + 5 });
      const ids = ["a", "there", "b", "a"];
      assert.deepEqual(await claimedIds(t, incarnation, ids.map((id) => newJob(id))), ["a", "b"]);
      assert.equal(await t.state("there"), "scheduled");
    },
  ),
];
