import assert from "node:assert/strict";
import { eventLoop } from "../../../src/executors/event_loop.ts";
import type { Executor } from "../../../src/executors/executor.ts";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { gate, settle, setUp, setUpTwo } from "../fixtures.ts";

/** An executor with so many places; further runs would fail. */
function places(max: number): Executor & { readonly used: string[] } {
  let running = 0;
  const used: string[] = [];
  return {
    kind: "places",
    canTerminate: false,
    used,
    free: () => max - running,
    async run(run) {
      assert.ok(running < max, "more jobs were taken than there are places");
      running++;
      used.push(run.job.id);
      try {
        return await run.call();
      } finally {
        running--;
      }
    },
  };
}

test("a full executor takes no jobs, which are left for another scheduler", async () => {
  const { opened, open } = gate();
  const convert = task({ name: "convert", maxRunningJobs: null, run: () => opened });
  const [a, b] = [places(2), places(3)];
  const { clock, one, two } = setUpTwo({ tasks: [convert], executors: { a } }, {
    tasks: [convert],
    executors: { b },
  });
  await using first = one.scheduler;
  await using second = two.scheduler;
  for (let i = 0; i < 8; i++) await first.addJob(convert);
  await first.startInBackground();
  await settle(clock);
  assert.equal((await first.getTask(convert)).runningJobs, 2);
  await second.startInBackground();
  await settle(clock);
  assert.equal((await first.getTask(convert)).runningJobs, 5);
  open();
  await clock.advance({ seconds: 1 });
  assert.equal(a.used.length + b.used.length, 8);
  assert.equal((await first.getJobs({ states: ["finished"] })).items.length, 8);
});

test("a full executor holds up no other one, and several tasks share its places", async () => {
  const { opened, open } = gate();
  const names: string[] = [];
  const on = (name: string, executor: string) =>
    task({ name, executor, maxRunningJobs: null, run: () => void names.push(name) });
  const [big, small, light] = [
    task({ name: "big", executor: "cpu", maxRunningJobs: null, run: () => opened }),
    on("small", "cpu"),
    on("light", "loop"),
  ];
  const { scheduler, clock } = setUp({
    tasks: [big, small, light],
    executors: { loop: eventLoop(), cpu: places(2) },
    maxConcurrentJobs: 4,
  });
  await using _ = scheduler;
  for (let i = 0; i < 5; i++) await scheduler.addJob(big);
  for (let i = 0; i < 3; i++) await scheduler.addJob(small);
  for (let i = 0; i < 9; i++) await scheduler.addJob(light);
  await scheduler.startInBackground();
  await settle(clock);
  assert.deepEqual(names, Array(9).fill("light"));
  open();
  await clock.advance({ seconds: 1 });
  assert.deepEqual(names.slice(9), ["small", "small", "small"]);
  assert.equal((await scheduler.getJobs({ states: ["finished"], limit: 100 })).items.length, 17);
});

test("a batch takes one place of its executor, whatever its size", async () => {
  const calls: number[] = [];
  const sum = task({
    name: "sum",
    executor: "cpu",
    batch: { size: 4 },
    run(inputs) {
      calls.push(inputs.length);
      return inputs;
    },
  });
  const { scheduler } = setUp({ tasks: [sum], executors: { cpu: places(1) } });
  await using _ = scheduler;
  for (let i = 0; i < 8; i++) await scheduler.addJob(sum);
  await scheduler.runUntilIdle();
  assert.deepEqual(calls, [4, 4]);
});
