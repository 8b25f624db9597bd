import assert from "node:assert/strict";
import { z } from "zod";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { faulty, refusal, setUp } from "../fixtures.ts";

const double = task({ name: "double", input: z.number(), maxRunningJobs: null, run: (n) => n * 2 });
const failing = task({
  name: "failing",
  run() {
    throw new Error("no luck");
  },
});

test("runJob() reads nothing back of a job that ran in this process", async () => {
  const { store, calls } = faulty(memory());
  const { scheduler } = setUp({ store, tasks: [double, failing] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const values = await Promise.all([1, 2, 3].map((n) => scheduler.runJob(double, n)));
  assert.deepEqual(values, [2, 4, 6]);
  assert.deepEqual(calls.filter((call) => call === "getJobs"), []);
  await assert.rejects(() => scheduler.runJob(failing), refusal("jobFailed", /no luck/));
  // One look for those that waited for what failed.
  assert.deepEqual(calls.filter((call) => call === "getJobs"), ["getJobs"]);
});

test("runJob() returns what is stored when a job of its id has finished before", async () => {
  const { scheduler } = setUp({ tasks: [double] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  assert.equal(await scheduler.runJob(double, 1, { id: "once" }), 2);
  assert.equal(await scheduler.runJob(double, 7, { id: "once" }), 2);
});

test("runJob() waits for nothing when its job could not be added", async () => {
  const { store, control } = faulty(memory());
  const { scheduler, clock } = setUp({ store, tasks: [double] });
  await scheduler.startInBackground();
  control.fault = (method) => method === "addJobs" ? Promise.reject(new Error("disk full")) : undefined;
  await assert.rejects(() => scheduler.runJob(double, 1), /disk full/);
  await scheduler.stop();
  assert.equal(clock.pendingTimers, 0);
});
