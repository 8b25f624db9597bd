import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { refusal, setUp } from "../fixtures.ts";

const fine = task({ name: "fine", run: () => 1 });
const failing = task({
  name: "failing",
  run() {
    throw new Error("failed");
  },
});

test("finished jobs stay readable for their retention: a day after success, two weeks otherwise", async () => {
  const { scheduler, clock } = setUp({ tasks: [fine, failing], lease: { hours: 1 } });
  await using _ = scheduler;
  const good = await scheduler.addJob(fine);
  const bad = await scheduler.addJob(failing);
  await scheduler.startInBackground();
  await clock.advance({ hours: 23 });
  assert.equal(await good.result(), 1);
  await clock.advance({ hours: 4 });
  await assert.rejects(scheduler.getJobResult(good.id), refusal("jobNotFound", /retention/));
  await assert.rejects(bad.result(), refusal("jobFailed"));
  await scheduler.stop();
  await clock.advance({ days: 14 });
  await scheduler.cleanup();
  await assert.rejects(scheduler.getJob(bad.id), refusal("jobNotFound"));
});

test("cleanup() deletes what has expired now and says how much", async () => {
  const { scheduler, clock } = setUp({ tasks: [fine], defaults: { maxRunningJobs: null } });
  await using _ = scheduler;
  await scheduler.addJobs(fine, Array.from({ length: 1200 }), { retention: { success: { minutes: 1 } } });
  const kept = await scheduler.addJob(fine, undefined, { retention: { success: null } });
  await scheduler.runUntilIdle();
  assert.equal((await scheduler.cleanup()).jobs, 0);
  await clock.advance({ minutes: 2 });
  assert.equal((await scheduler.cleanup()).jobs, 1200);
  await clock.advance({ days: 400 });
  assert.equal((await scheduler.cleanup()).jobs, 0);
  assert.equal(await kept.result(), 1);
});

test("a task keeps no more finished jobs than it says, of each kind", async () => {
  const retention = { success: null, other: null, maxSuccess: 3, maxOther: 2 };
  let runs = 0;
  const even = task({
    name: "even",
    retention,
    run() {
      if (runs++ % 2 === 1) throw new Error("odd");
    },
  });
  const { clock, scheduler } = setUp({ tasks: [even] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  for (let priority = 0; priority < 10; priority++) {
    await scheduler.addJob(even, undefined, { priority });
    await clock.advance({ seconds: 1 });
  }
  await clock.advance({ minutes: 2 });
  const { items: kept } = await scheduler.getJobs({ taskName: "even", order: "oldest" });
  assert.deepEqual(kept.map(({ priority }) => priority), [4, 6, 7, 8, 9]);
});
