import assert from "node:assert/strict";
import type { JobRecord } from "../../model/job_record.ts";
import { newJob, policies, TASK, versionsOf } from "./records.ts";
import { check, type StoreCheck } from "./store_check.ts";
import { ending, type StoreTest } from "./store_test.ts";

/** Claims until there is no more. */
async function claimAll(t: StoreTest, incarnation: number, limit = 100): Promise<readonly JobRecord[]> {
  const taken: JobRecord[] = [];
  for (let more = true; more;) {
    const answer = await t.store.claimJobs({ incarnation, tasks: versionsOf([TASK]), limit });
    taken.push(...answer.claimed);
    more = answer.more;
  }
  return taken;
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function max(count: number) {
  return { concurrency: { max: count, fifo: false } };
}

/** Keys and schedules in numbers beyond what a store looks at in one go: none is forgotten. */
export const manyKeyTests: readonly StoreCheck[] = [
  check("claimJobs() comes to the jobs of every key when their limit is raised or lifted", async (t) => {
    await t.task(TASK, max(1));
    const incarnation = await t.scheduler();
    await t.store.addJobs(
      numbers(900).map((i) => newJob(`j-${i}`, { concurrencyKey: `k-${i % 300}` })),
    );
    assert.equal((await claimAll(t, incarnation)).length, 300);
    await t.store.updateTask(TASK, { overrides: max(2) });
    assert.equal((await claimAll(t, incarnation)).length, 300);
    await t.store.updateTask(TASK, { overrides: { concurrency: null } });
    assert.equal((await claimAll(t, incarnation)).length, 300);
  }),
  check("claimJobs() comes to every job behind one key, whatever else they wait for", async (t) => {
    await t.task(TASK, max(5));
    const incarnation = await t.scheduler();
    const jobs = numbers(150).map((i) => newJob(`j-${i}`, { concurrencyKey: "k", ageingMs: i + 1 }));
    await t.store.addJobs(jobs);
    const taken = new Set<string>();
    for (let round = 0; round < jobs.length / 5; round++) {
      const claimed = await claimAll(t, incarnation);
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
      const running = await claimAll(t, incarnation, 10);
      assert.equal(running.length, 100);
      await t.store.endJobs(running.slice(0, 40).map((job) => ending(job)));
      assert.equal((await claimAll(t, incarnation, 7)).length, 40);
    }
  }),
  check("claimJobs() comes to every schedule's jobs when a schedule is changed or removed", async (t) => {
    await t.task();
    const incarnation = await t.scheduler();
    const schedule = await t.addSchedule("s", { policies: policies({ overlap: "queue" }) });
    const place = { scheduleSeq: schedule.seq, scheduleId: "s" };
    await t.store.addJobs(numbers(120).map((i) => newJob(`j-${i}`, { ...place, ageingMs: i + 1 })));
    assert.equal((await claimAll(t, incarnation)).length, 1);
    const raised = await t.putSchedule(schedule, { policies: policies({ maxRunningJobs: 70 }) });
    assert.equal((await claimAll(t, incarnation)).length, 69);
    await t.removeSchedule(raised);
    assert.equal((await claimAll(t, incarnation)).length, 50);
  }),
];
