import assert from "node:assert/strict";
import process from "node:process";
import type { JobTransition, NewJob } from "../../../src/model/job_record.ts";
import { addJobs } from "../../../src/stores/memory/add_jobs.ts";
import { claimJobs } from "../../../src/stores/memory/claim_jobs.ts";
import { endJobs } from "../../../src/stores/memory/end_jobs.ts";
import { putLogs } from "../../../src/stores/memory/job_history.ts";
import { MemoryState } from "../../../src/stores/memory/memory_state.ts";
import { prune } from "../../../src/stores/memory/prune.ts";
import { putTasks } from "../../../src/stores/memory/put_tasks.ts";
import { registerScheduler } from "../../../src/stores/memory/register_scheduler.ts";
import { newJob, schedulerWrite, taskWrite } from "../../../src/testing/store_conformance/records.ts";
import { test } from "../../harness.ts";

const MINUTE = 60_000;
const retention = { successMs: MINUTE, otherMs: MINUTE, maxSuccess: 1000, maxOther: 1000 };
const settings = {
  maxRunningJobs: null,
  retention,
  concurrency: { max: 1, fifo: false },
  rateLimit: { limit: 1, perMs: MINUTE, keyed: true },
};
const success: JobTransition = {
  to: "finished",
  outcome: "success",
  value: null,
  error: null,
  keepMs: MINUTE,
};
const again: JobTransition = { to: "retry", delayMs: 5, error: { name: "E", message: "no" } };

/** A store with a scheduler that takes jobs of this task. */
function setUp(taskName: string, given: Parameters<typeof taskWrite>[1]) {
  const state = new MemoryState();
  putTasks(state, [taskWrite(taskName, given)], 0);
  const { incarnation } = registerScheduler(state, { ...schedulerWrite([taskName]), tags: ["a", "b"] }, 0);
  const tasks = [{ name: taskName, version: 9 }];
  return {
    state,
    claim: (nowMs: number, limit: number) => claimJobs(state, { incarnation, tasks, limit }, nowMs),
  };
}

/** A job that everything is kept about. */
function jobOf(taskName: string, n: number, nowMs: number): NewJob {
  return newJob(`job-${n}`, {
    taskName,
    taskVersion: 1 + n % 3,
    tags: [["a"], ["b"], []][n % 3]!,
    concurrencyKey: `key-${n >> 1}`,
    rateKey: `key-${n}`,
    ...(n % 4 === 2 ? {} : { scheduleSeq: n % 7, scheduleId: `schedule-${n % 7}` }),
    runAtMs: nowMs + n % 5,
    startDeadlineMs: nowMs + MINUTE,
    ...(n % 4 === 0 ? { identity: { key: `same-${n}`, states: [], periodMs: null, replace: null } } : {}),
    ...(n % 4 === 2 ? { parents: { ids: [`job-${n - 1}`], onFailure: "continue" as const } } : {}),
  });
}

test("nothing is left of jobs in any index once they are gone", () => {
  const { state, claim } = setUp("task", settings);
  for (let round = 0; round < 20; round++) {
    const startMs = round * 10 * MINUTE;
    addJobs(state, Array.from({ length: 100 }, (_, n) => jobOf("task", n, startMs)), undefined, startMs);
    for (let step = 0, left = 100; left > 0; step++) {
      const nowMs = startMs + step * 10;
      assert.ok(step < 50, `${left} jobs are left`);
      for (const { seq, owner, claimNumber } of claim(nowMs, 30).claimed) {
        const fence = { seq, incarnation: owner!, claimNumber };
        const line = { line: 1, atMs: nowMs, level: "info" as const, message: "m", fields: null };
        putLogs(state, [{ jobSeq: seq, claimNumber, part: "run", lines: [line] }]);
        const isLast = seq % 3 > 0 || claimNumber > 1;
        endJobs(state, [{ fence, transition: isLast ? success : again }], nowMs + 5);
        if (isLast) left--;
      }
      if (step === 3) putTasks(state, [taskWrite("task", { ...settings, rateLimit: null })], nowMs);
      if (step === 4) putTasks(state, [taskWrite("task", settings)], nowMs);
    }
    assert.ok(state.jobEntries > 100);
    prune(state, 1000, startMs + 5 * MINUTE);
    assert.equal([...state.jobs.all()].length, 0);
    assert.equal(state.jobEntries, 0, `round ${round}`);
  }
});

test("a claim costs no more where ten thousand keys are full than where ten are", () => {
  const costMs = (keys: number) => {
    const { state, claim } = setUp("task", { maxRunningJobs: null, concurrency: { max: 1, fifo: false } });
    const add = (n: number, priority: number) =>
      newJob(`${priority}-${n}`, { taskName: "task", concurrencyKey: `key-${n}`, priority });
    addJobs(state, Array.from({ length: keys }, (_, n) => add(n, 1)), undefined, 0);
    assert.equal(claim(0, keys).claimed.length, keys);
    addJobs(state, Array.from({ length: keys }, (_, n) => add(n, 2)), undefined, 0);
    assert.equal(claim(0, 1).claimed.length, 0);
    const beginMs = process.cpuUsage().user;
    for (let i = 0; i < 300; i++) {
      const id = `free-${i}`;
      addJobs(state, [newJob(id, { taskName: "task", concurrencyKey: id })], undefined, 0);
      assert.deepEqual(claim(0, 5).claimed.map((job) => job.id), [id]);
    }
    return process.cpuUsage().user - beginMs;
  };
  costMs(1000);
  // Each claim looked at every full key: a thousand times as many.
  assert.ok(costMs(10_000) < 20 * Math.max(costMs(10), 5000));
});
