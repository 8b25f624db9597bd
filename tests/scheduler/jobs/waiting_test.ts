import assert from "node:assert/strict";
import { z } from "zod";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { task, taskRef } from "../../../src/registry/task.ts";
import type { Task } from "../../../src/registry/task_types.ts";
import { test } from "../../harness.ts";
import { gate, refusal, settle, setUp } from "../fixtures.ts";

test("runJob() from inside a job waits without taking part of the scheduler's own limit", async () => {
  const leaf = task({ name: "leaf", input: z.number(), run: (n) => n + 1 });
  const root = task({
    name: "root",
    maxRunningJobs: null,
    async run() {
      const scheduler = currentScheduler();
      return await scheduler.runJob(leaf, 1) + await scheduler.runJob(leaf, 10);
    },
  });
  for (const started of [false, true]) {
    const { scheduler, clock } = setUp({ tasks: [leaf, root], maxConcurrentJobs: 1 });
    await using _ = scheduler;
    if (started) await scheduler.startInBackground();
    const both = Promise.all([scheduler.runJob(root), scheduler.runJob(root)]);
    await clock.advance({ seconds: 10 });
    assert.deepEqual(await both, [13, 13]);
  }
});

test("a job that waits for a job of its own task is told so at once", async () => {
  const itself = taskRef<Task<string, string>>("self");
  const self = task({
    name: "self",
    input: z.string(),
    async run(way): Promise<string> {
      if (way === "leaf") return way;
      const scheduler = currentScheduler();
      if (way === "runJob") return await scheduler.runJob(itself, "leaf");
      return await (await scheduler.addJob(itself, "leaf")).result();
    },
  });
  for (const started of [false, true]) {
    const { scheduler, clock } = setUp({ tasks: [self] });
    await using _ = scheduler;
    if (started) await scheduler.startInBackground();
    for (const way of ["runJob", "handle"]) {
      const running = assert.rejects(
        scheduler.runJob(self, way),
        refusal("jobFailed", /would wait forever.*the only slot.*maxRunningJobs/),
      );
      await settle(clock);
      await running;
    }
  }
});

test("a job that waits for itself through another job is told so, and both end", async () => {
  const ping: ReturnType<typeof make> = make("ping", () => pong);
  const pong: ReturnType<typeof make> = make("pong", () => ping);
  function make(name: string, next: () => unknown) {
    return task({
      name,
      async run(): Promise<string> {
        return await currentScheduler().runJob(next() as typeof ping);
      },
    });
  }
  const { scheduler, clock } = setUp({ tasks: [ping, pong] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const running = assert.rejects(scheduler.runJob(ping), refusal("jobFailed", /'pong' failed.*'ping'/));
  await clock.advance({ seconds: 1 });
  await running;
  assert.equal((await scheduler.countJobs({ taskName: "pong" })).finished, 1);
});

test("a job that waits for several others at once is not mistaken for one that waits no more", async () => {
  const end = gate();
  const leaf = task({
    name: "leaf",
    input: z.boolean(),
    maxRunningJobs: null,
    async run(slow) {
      if (slow) await end.opened;
    },
  });
  const root = task({
    name: "root",
    async run() {
      const scheduler = currentScheduler();
      await Promise.all([scheduler.runJob(leaf, false), scheduler.runJob(leaf, true)]);
    },
  });
  const quick = task({ name: "quick", run: () => "ran" });
  const { scheduler, clock } = setUp({ tasks: [leaf, root, quick], maxConcurrentJobs: 2 });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const waiting = scheduler.runJob(root);
  await settle(clock);
  const other = await scheduler.addJob(quick);
  await settle(clock);
  assert.equal((await other.status()).state, "finished");
  end.open();
  await settle(clock);
  await waiting;
});

test("a job that waits for a handle's result leaves its place to the job it waits for", async () => {
  const leaf = task({ name: "leaf", run: () => "leaf" });
  const root = task({
    name: "root",
    async run() {
      const handle = await currentScheduler().addJob(leaf);
      await settle(clock);
      return await handle.result();
    },
  });
  const { scheduler, clock } = setUp({ tasks: [leaf, root], maxConcurrentJobs: 1 });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const running = scheduler.runJob(root);
  await settle(clock);
  await settle(clock);
  assert.equal(await running, "leaf");
});
