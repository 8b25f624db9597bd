import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { setUp } from "../fixtures.ts";

function pair() {
  const ran: string[] = [];
  const low = task({ name: "low", run: () => void ran.push("low") });
  const high = task({ name: "high", priority: 2, run: () => void ran.push("high") });
  return { ran, low, high };
}

test("a job that has waited for several ageing times runs before more urgent ones that came later", async () => {
  const { ran, low, high } = pair();
  const { scheduler, clock } = setUp({ tasks: [low, high], maxConcurrentJobs: 1 });
  await using _ = scheduler;
  await scheduler.addJob(low);
  clock.jump(19 * 60_000);
  await scheduler.addJob(high);
  await scheduler.runUntilIdle();
  assert.deepEqual(ran.splice(0), ["high", "low"]);
  await scheduler.addJob(low);
  clock.jump(21 * 60_000);
  await scheduler.addJob(high);
  await scheduler.runUntilIdle();
  assert.deepEqual(ran, ["low", "high"]);
});

test("ageing is that of the job, else the task, else the scheduler's defaults; null is never", async () => {
  const { ran, low, high } = pair();
  const { scheduler, clock } = setUp({
    tasks: [low, high],
    maxConcurrentJobs: 1,
    defaults: { ageing: { hours: 5 } },
  });
  await using _ = scheduler;
  await scheduler.addJob(low);
  await scheduler.addJob(low, undefined, { ageing: { hours: 1 } });
  await scheduler.addJob(low, undefined, { ageing: null });
  clock.jump(4 * 3_600_000);
  await scheduler.addJob(high);
  await scheduler.runUntilIdle();
  assert.deepEqual(ran, ["low", "high", "low", "low"]);
  await assert.rejects(scheduler.addJob(low, undefined, { ageing: { seconds: 0 } }), /'ageing'/);
});
