import assert from "node:assert/strict";
import { z } from "zod";
import { task, taskRef } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

test("addTask() registers a task before and after the start, and takes the jobs that wait for it", async () => {
  const { scheduler, clock } = setUp();
  await using _ = scheduler;
  const early = task({ name: "early", run: () => "early" });
  await scheduler.addTask(early);
  assert.equal(await scheduler.runJob(early), "early");
  await scheduler.startInBackground();
  const late = task({ name: "late", run: () => "late", schedules: [{ trigger: interval({ hours: 1 }) }] });
  const waiting = await scheduler.addJob(taskRef("late"));
  await settle(clock);
  assert.equal((await waiting.status()).state, "parked");
  await scheduler.addTask(late);
  assert.equal(await waiting.result(), "late");
  assert.equal((await scheduler.getTask(late)).name, "late");
  assert.equal((await scheduler.getSchedules()).items[0]?.taskName, "late");
  const [self] = await scheduler.getSchedulers();
  assert.deepEqual(self?.tasks.map(({ name }) => name), ["early", "late"]);
});

test("addTask() takes jobs that were parked for want of the code", async () => {
  const old = task({ name: "mail", input: z.string(), run: () => "old" });
  const now = task({ name: "mail", version: 2, input: z.number(), run: (input) => input, migrate: Number });
  const { one, two } = setUpTwo({ tasks: [old] }, {});
  await using first = one.scheduler;
  await using second = two.scheduler;
  const parked = await first.addJob(taskRef("mail"), 5, { id: "a" }).catch((error) => error);
  assert.match(String(parked), /Input/);
  const client = setUp({ role: "client", store: two.scheduler.getStore(), clock: one.clock });
  await client.scheduler.addJob(taskRef("mail"), 5, { id: "a" });
  await first.runUntilIdle();
  assert.equal((await first.getJob("a")).state, "parked");
  await second.startInBackground();
  await second.addTask(now);
  assert.equal((await second.getJobResult("a")).value, 5);
});

test("addTask() refuses another task of the same name, and what is no task", async () => {
  const { scheduler } = setUp({ tasks: [task({ name: "ping", run() {} })] });
  await using _ = scheduler;
  await assert.rejects(scheduler.addTask(task({ name: "ping", run() {} })), refusal("duplicateTask"));
  const pong = task({ name: "pong", run: () => 1 });
  await scheduler.addTask(pong);
  await scheduler.addTask(pong);
  for (const wrong of [null, 5, "pong", {}, []]) {
    await assert.rejects(scheduler.addTask(wrong as unknown as typeof pong), refusal("invalidTask"));
  }
});
