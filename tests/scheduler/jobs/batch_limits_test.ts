import assert from "node:assert/strict";
import { z } from "zod";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { doubling, gate, settle, setUp } from "../fixtures.ts";

test("batch: within keeps a call open for more until it is full", async () => {
  const { calls, double } = doubling(3, 1000);
  const { scheduler, clock } = setUp({ tasks: [double] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const add = async (n: number) => {
    const handle = await scheduler.addJob(double, n);
    await settle(clock);
    return handle;
  };
  await add(1);
  await clock.advance({ milliseconds: 999 });
  await add(2);
  assert.deepEqual(calls, []);
  await clock.advance({ milliseconds: 1 });
  assert.deepEqual(calls, [[1, 2]]);
  for (const n of [3, 4]) await add(n);
  assert.equal(await (await add(5)).result(), 10);
  assert.deepEqual(calls, [[1, 2], [3, 4, 5]]);
  // The time of one that is left over counts from when it came.
  await add(6);
  await clock.advance({ milliseconds: 999 });
  assert.equal(calls.length, 2);
  await clock.advance({ milliseconds: 1 });
  assert.deepEqual(calls[2], [6]);
});

test("batch: what waits for others uses no time, can be cancelled, and is handed back at a stop", async () => {
  const { calls, double } = doubling(3, 60_000);
  const { scheduler, clock } = setUp({ tasks: [double] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const [a, b] = [
    await scheduler.addJob(double, 1, { timeout: { seconds: 1 } }),
    await scheduler.addJob(double, 2),
  ];
  await clock.advance({ seconds: 30 });
  assert.deepEqual([(await a.status()).state, (await b.status()).state], ["running", "running"]);
  await b.cancel("not needed");
  await settle(clock);
  assert.equal((await b.status()).outcome, "cancelled");
  await scheduler.stop();
  const { state, attempt } = await a.status();
  // Parked, as nobody is alive who runs it.
  assert.deepEqual([state, attempt, calls], ["parked", 0, []]);
  await scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  assert.equal(await a.result(), 2);
  assert.deepEqual(calls, [[1]]);
});

test("batch: maxRunningJobs counts calls, also as configureTask sets it", async () => {
  const open: (() => void)[] = [];
  const calls: number[] = [];
  const slow = task({
    name: "slow",
    batch: { size: 2 },
    async run(inputs) {
      calls.push(inputs.length);
      await new Promise<void>((resolve) => open.push(resolve));
      return inputs;
    },
  });
  const { scheduler, clock } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  for (let i = 0; i < 10; i++) await scheduler.addJob(slow);
  await scheduler.startInBackground();
  await settle(clock);
  assert.deepEqual(calls, [2]);
  assert.equal((await scheduler.getTask(slow)).runningJobs, 2);
  await scheduler.configureTask(slow, { maxRunningJobs: 2 });
  open.shift()?.();
  await settle(clock);
  assert.deepEqual(calls, [2, 2, 2]);
  assert.equal((await scheduler.getTask(slow)).runningJobs, 4);
  for (let i = 0; i < 4; i++) {
    open.shift()?.();
    await settle(clock);
  }
  assert.deepEqual(calls, [2, 2, 2, 2, 2]);
});

test("batch: what comes while a call runs waits for its end, and goes together", async () => {
  const { opened, open } = gate();
  const calls: (readonly number[])[] = [];
  const slow = task({
    name: "slow",
    batch: { size: 5 },
    input: z.number(),
    async run(inputs) {
      calls.push(inputs);
      if (calls.length === 1) await opened;
      return inputs;
    },
  });
  const { scheduler, clock } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  for (const n of [1, 2, 3]) {
    await scheduler.addJob(slow, n);
    await settle(clock);
  }
  open();
  await settle(clock);
  assert.deepEqual(calls, [[1], [2, 3]]);
});

test("batch: jobs with the same key share slots also within a batch", async () => {
  const calls: (readonly string[])[] = [];
  const byTenant = task({
    name: "byTenant",
    batch: { size: 10 },
    input: z.string(),
    concurrency: { key: (input) => input[0]!, max: 1 },
    run(inputs) {
      calls.push(inputs);
      return inputs;
    },
  });
  await using scheduler = new Scheduler({ tasks: [byTenant] });
  for (const input of ["a1", "a2", "b1", "b2", "c1"]) await scheduler.addJob(byTenant, input);
  await scheduler.runUntilIdle();
  assert.deepEqual(calls, [["a1", "b1", "c1"], ["a2", "b2"]]);
});

test("batch: a task is not waited for longer than this scheduler has room for", async () => {
  const { calls, double } = doubling(100, 60_000);
  const { scheduler, clock } = setUp({ tasks: [double], maxConcurrentJobs: 2 });
  await using _ = scheduler;
  for (const n of [1, 2]) await scheduler.addJob(double, n);
  await scheduler.startInBackground();
  await settle(clock);
  assert.deepEqual(calls, [[1, 2]]);
});
