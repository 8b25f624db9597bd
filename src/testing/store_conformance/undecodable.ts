import assert from "node:assert/strict";
import { idsOf } from "./records.ts";
import { contentOf, success } from "./store_test.ts";
import { needing, type StoreCheck } from "./store_check.ts";

/** Rows that cannot be read: told, never dropped, never in the way of others. */
export const undecodableTests: readonly StoreCheck[] = [
  needing(
    "corruptJob",
    "getJobs() answers an undecodable job with what is wrong, beside sound ones",
    async (t) => {
      await t.addAll(["a", "b", "c"]);
      await t.corruptJob("b");
      const jobs = await t.store.getJobs({ order: "oldest" });
      assert.deepEqual(idsOf(jobs), ["a", "b", "c"]);
      assert.deepEqual(jobs.map((job) => job.undecodable === undefined), [true, false, true]);
      assert.notEqual(jobs[1]?.undecodable, "");
      assert.equal((await t.store.countJobs({})).parked, 3);
    },
  ),
  needing(
    "corruptJob",
    "claimJobs() answers an undecodable job like any other, so that it can be parked",
    async (t) => {
      await t.task();
      const incarnation = await t.scheduler();
      await t.addAll(["a", "b", "c"]);
      await t.corruptJob("b");
      const claimed = await t.claim(incarnation);
      assert.deepEqual(idsOf(claimed), ["a", "b", "c"]);
      assert.deepEqual(claimed.map((job) => job.undecodable === undefined), [true, false, true]);
      const answers = [];
      for (const job of claimed) {
        const parked = { to: "parked", reason: job.undecodable ?? "" } as const;
        answers.push(await t.end(job, job.undecodable === undefined ? success : parked));
      }
      assert.deepEqual(answers, [true, true, true]);
      assert.equal(await t.state("b"), "parked");
      assert.deepEqual(await t.claimIds(incarnation), []);
    },
  ),
  needing("corruptJob", "cancelJobs(), retryJobs() and removeJobs() work on undecodable jobs", async (t) => {
    await t.task();
    await t.scheduler();
    await t.add("a");
    await t.corruptJob("a");
    const { cancelled } = await t.store.cancelJobs(["a"], { reason: "broken", keepMs: 5 });
    assert.deepEqual(idsOf(cancelled), ["a"]);
    assert.deepEqual(idsOf(await t.store.retryJobs(["a"])), ["a"]);
    assert.equal(await t.state("a"), "ready");
    assert.deepEqual(await t.store.removeJobs(["a"]), ["a"]);
  }),
  needing("corruptJob", "claimJobs() ends an undecodable job whose start deadline has passed", async (t) => {
    const incarnation = await t.scheduler();
    await t.add("a", { startDeadlineMs: t.nowMs - 1 });
    await t.corruptJob("a");
    assert.deepEqual(await t.claimIds(incarnation), []);
    assert.equal((await t.job("a")).outcome, "missedStartDeadline");
  }),
  needing(
    "corruptSchedule",
    "dueSchedules() answers an undecodable schedule with what is wrong, beside others",
    async (t) => {
      for (const id of ["a", "b", "c"]) await t.addSchedule(id, { nextFireTimeMs: t.nowMs });
      await t.corruptSchedule("b");
      const { due } = await t.store.dueSchedules(9);
      assert.deepEqual(due.map(({ schedule }) => schedule.id), ["a", "b", "c"]);
      assert.deepEqual(due.map(({ schedule }) => schedule.undecodable === undefined), [true, false, true]);
      const all = await t.store.getSchedules({});
      assert.deepEqual(all.map(({ undecodable }) => undecodable === undefined), [true, false, true]);
    },
  ),
  needing(
    "corruptSchedule",
    "writeSchedules() can fail an undecodable schedule, which is then due no more",
    async (t) => {
      await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
      await t.corruptSchedule("s");
      const { undecodable, ...read } = await t.schedule("s");
      const write = { ...contentOf(read), status: "failed", error: undecodable ?? null } as const;
      await t.putSchedule(read, write);
      assert.deepEqual((await t.store.dueSchedules(9)).due, []);
      const after = await t.schedule("s");
      assert.deepEqual([after.status, after.error], ["failed", undecodable]);
    },
  ),
  needing("corruptSchedule", "writeSchedules() mends and removes undecodable schedules", async (t) => {
    const sound = await t.addSchedule("s", { nextFireTimeMs: t.nowMs });
    await t.corruptSchedule("s");
    const mended = await t.putSchedule(await t.schedule("s"), contentOf(sound));
    assert.equal(mended.undecodable, undefined);
    assert.deepEqual(contentOf(mended), contentOf(sound));
    await t.corruptSchedule("s");
    await t.removeSchedule(await t.schedule("s"));
    assert.deepEqual(await t.store.getSchedules({}), []);
  }),
];
