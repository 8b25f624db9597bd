import assert from "node:assert/strict";
import { memory } from "../../../src/stores/memory.ts";
import { task, taskRef } from "../../../src/registry/task.ts";
import type { Task } from "../../../src/registry/task_types.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { sleep } from "../../../src/time/clock.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

type InnerTask = Task<undefined, string>;

const failing = task({
  name: "failing",
  retry: { maxAttempts: 3, backoff: "fixed", base: { seconds: 1 }, jitter: 0 },
  run() {
    throw new Error("always");
  },
});

test("configureTask() wins over the code and stays when the program starts again", async () => {
  const store = memory();
  const first = setUp({ store, tasks: [failing] });
  const info = await first.scheduler.configureTask(failing, {
    retry: { maxAttempts: 1 },
    priority: 7,
    metadata: { owner: "ada" },
  });
  assert.equal(info.settings.retry.maxAttempts, 1);
  await first.scheduler.stop();
  const second = setUp({ store, tasks: [failing], clock: first.clock });
  await using _ = second.scheduler;
  await second.scheduler.startInBackground();
  const handle = await second.scheduler.addJob(failing);
  await settle(first.clock);
  const job = await handle.status();
  assert.deepEqual([job.outcome, job.attempt, job.priority], ["error", 1, 7]);
  assert.deepEqual(job.metadata["owner"], "ada");
  assert.deepEqual((await second.scheduler.getTask(failing)).metadata["owner"], "ada");
});

test("configureTask() with nothing goes back to what the code says", async () => {
  const { scheduler } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  await scheduler.configureTask(failing, { maxRunningJobs: 5, retry: { maxAttempts: 1 } });
  const info = await scheduler.configureTask(failing, {});
  assert.deepEqual([info.settings.maxRunningJobs, info.settings.retry.maxAttempts], [1, 3]);
});

test("configureTask() refuses unknown options, functions and tasks nobody registered", async () => {
  const { scheduler } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  const typo = { maxRuningJobs: 2 } as Record<string, unknown>;
  await assert.rejects(scheduler.configureTask(failing, typo), refusal("invalidOption", /maxRunningJobs/));
  const withFunction = { retry: { maxAttempts: 2, backoff: () => ({ seconds: 1 }) } } as unknown as {
    retry: { maxAttempts: number };
  };
  await assert.rejects(
    scheduler.configureTask(failing, withFunction),
    refusal("invalidOption", /cannot be a function/),
  );
  await assert.rejects(scheduler.configureTask("failin", {}), refusal("unknownTask", /'failing'/));
});

test("configureTask() raises a limit while jobs wait for it, from another scheduler too", async () => {
  const slow = task({ name: "slow", run: () => sleep(clock, 60_000) });
  const { clock, one, two } = setUpTwo({ tasks: [slow] }, { role: "client" });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await one.scheduler.addJobs(slow, Array.from({ length: 3 }));
  await clock.advance({ seconds: 1 });
  assert.equal((await one.scheduler.countJobs()).running, 1);
  await two.scheduler.configureTask("slow", { maxRunningJobs: null });
  await clock.advance({ seconds: 1 });
  assert.equal((await one.scheduler.countJobs()).running, 3);
  await clock.advance({ minutes: 2 });
});

test("pauseTask() holds a task's jobs back in the whole cluster until resumeTask()", async () => {
  const store = memory();
  const ran: string[] = [];
  const note = task({ name: "note", run: (_input, { job }) => void ran.push(job.id) });
  const { scheduler, clock, types } = setUp({ store, tasks: [note] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  assert.equal((await scheduler.pauseTask(note)).paused, true);
  await scheduler.addJob(note, undefined, { id: "a" });
  await clock.advance({ minutes: 1 });
  assert.deepEqual(ran, []);
  assert.equal((await scheduler.getJob("a")).state, "blocked");
  await scheduler.resumeTask("note");
  await settle(clock);
  assert.deepEqual(ran, ["a"]);
  assert.deepEqual(types("taskPaused", "taskResumed"), ["taskPaused", "taskResumed"]);
});

test("a job's option wins over its schedule's, the task's, the scheduler's defaults and the table", async () => {
  const bare = task({ name: "bare", run() {} });
  const own = task({ name: "own", priority: 2, run() {} });
  const { scheduler } = setUp({ tasks: [bare, own], defaults: { priority: 1 } });
  await using _ = scheduler;
  const priorityOf = async (handle: { status(): Promise<{ priority: number }> }) =>
    (await handle.status()).priority;
  assert.equal(await priorityOf(await scheduler.addJob(bare)), 1);
  assert.equal(await priorityOf(await scheduler.addJob(own)), 2);
  assert.equal(await priorityOf(await scheduler.addJob(own, undefined, { priority: 4 })), 4);
  const every = interval({ hours: 1 });
  const schedule = await scheduler.addSchedule(own, every, { id: "s", priority: 3 });
  assert.equal(await priorityOf(await schedule.runNow()), 3);
  const plain = await scheduler.addSchedule(bare, every, { id: "plain" });
  assert.equal(await priorityOf(await plain.runNow()), 1);
  await scheduler.configureTask(own, { priority: 9 });
  assert.equal(await priorityOf(await scheduler.addJob(own)), 9);
  assert.equal(await priorityOf(await schedule.runNow()), 3);
});

test("maxRunningJobs of the scheduler's defaults holds, also for what counts as waiting for itself", async () => {
  const self = task({
    name: "self",
    async run(_input, { job }): Promise<string> {
      if (job.metadata["inner"]) return "inner";
      return await scheduler.runJob(taskRef<InnerTask>("self"), undefined, { metadata: { inner: true } });
    },
  });
  const { scheduler, clock } = setUp({ tasks: [self], defaults: { maxRunningJobs: 2 } });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const running = scheduler.runJob(self);
  await settle(clock);
  assert.equal(await running, "inner");
});

test("metadata of the task, its schedule and the job are merged, the nearest wins", async () => {
  const seen: unknown[] = [];
  const note = task({
    name: "note",
    metadata: { from: "task", task: 1 },
    run: (_input, { job }) => void seen.push(job.metadata),
  });
  const { scheduler } = setUp({ tasks: [note] });
  await using _ = scheduler;
  await scheduler.runJob(note, undefined, { metadata: { from: "job", job: 2 } });
  const schedule = await scheduler.addSchedule(note, interval({ hours: 1 }), {
    id: "s",
    metadata: { from: "schedule", schedule: 3 },
  });
  await schedule.runNow();
  await schedule.pause();
  await scheduler.runUntilIdle();
  assert.deepEqual(seen, [{ from: "job", task: 1, job: 2 }, { from: "schedule", task: 1, schedule: 3 }]);
});

test("a change by another scheduler is seen by one that only adds jobs", async () => {
  const quiet = task({ name: "quiet", run() {} });
  const { clock, one, two } = setUpTwo({ tasks: [quiet] }, { tasks: [quiet] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.addJob(quiet);
  await two.scheduler.configureTask(quiet, { priority: 5 });
  await clock.advance({ seconds: 16 });
  assert.equal((await (await one.scheduler.addJob(quiet)).status()).priority, 5);
});

test("getTasks() reports each task once, with what the code says and what was set", async () => {
  const { scheduler } = setUp({ tasks: [failing], stores: { a: memory(), b: memory() } });
  await using _ = scheduler;
  await scheduler.configureTask(failing, { maxRunningJobs: 4 });
  const infos = await scheduler.getTasks();
  assert.deepEqual(infos.map((info) => [info.name, info.settings.maxRunningJobs]), [["failing", 4]]);
});
