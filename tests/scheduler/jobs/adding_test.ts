import assert from "node:assert/strict";
import { z } from "zod";
import { memory } from "../../../src/stores/memory.ts";
import { task, taskRef } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { gate, refusal, settle, setUp } from "../fixtures.ts";

const double = task({ name: "double", input: z.number(), run: (n) => n * 2 });
const idle = task({ name: "idle", run() {} });

test("addJob() stores a job that runs once, and its handle answers the result any number of times", async () => {
  const { scheduler, clock } = setUp({ tasks: [double] });
  await using _ = scheduler;
  const handle = await scheduler.addJob(double, 21);
  assert.equal(handle.outcome, "added");
  assert.equal((await handle.status()).attempt, 0);
  await scheduler.startInBackground();
  await settle(clock);
  assert.equal(await handle.result(), 42);
  assert.equal(await handle.result(), 42);
  const result = await scheduler.getJobResult(handle.id);
  assert.equal(result.outcome, "success");
  assert.equal(result.value, 42);
  assert.deepEqual(await scheduler.getJobResult(handle.id), result);
  assert.equal((await scheduler.getJob(handle.id)).attempt, 1);
});

test("addJob() with an id that is there adds nothing and says so", async () => {
  const { scheduler } = setUp({ tasks: [double] });
  await using _ = scheduler;
  const first = await scheduler.addJob(double, 1, { id: "one" });
  const second = await scheduler.addJob(double, 2, { id: "one" });
  assert.equal(first.outcome, "added");
  assert.equal(second.outcome, "deduplicated");
  await scheduler.runUntilIdle();
  assert.equal(await scheduler.getJobResult("one").then((result) => result.value), 2);
});

test("addJobs() adds one job for each input, all or none", async () => {
  const { scheduler } = setUp({ tasks: [double] });
  await using _ = scheduler;
  const handles = await scheduler.addJobs(double, [1, 2, 3], { priority: 5 });
  assert.deepEqual((await scheduler.getJobs()).items.map((job) => job.priority), [5, 5, 5]);
  await scheduler.runUntilIdle();
  assert.deepEqual(await Promise.all(handles.map((handle) => handle.result())), [2, 4, 6]);
  const wrong = [1, "two"] as unknown as number[];
  await assert.rejects(scheduler.addJobs(double, wrong), refusal("invalidInput"));
  assert.equal((await scheduler.countJobs()).ready, 0);
  assert.deepEqual(await scheduler.addJobs(double, []), []);
});

test("addJob() refuses an input that does not fit, with the path and the reason, and stores nothing", async () => {
  const nested = task({
    name: "nested",
    input: z.object({ users: z.array(z.object({ name: z.string() })) }),
    run() {},
  });
  const { scheduler } = setUp({ tasks: [nested] });
  await using _ = scheduler;
  const wrong = { users: [{ name: 7 }] } as unknown as { users: { name: string }[] };
  await assert.rejects(scheduler.addJob(nested, wrong), refusal("invalidInput", /users\[0\]\.name/));
  assert.deepEqual((await scheduler.getJobs()).items, []);
});

test("addJob() refuses a task that is not registered here, and says where to add it", async () => {
  const { scheduler } = setUp({ tasks: [idle] });
  await using _ = scheduler;
  await assert.rejects(scheduler.addJob(double, 1), refusal("unknownTask", /'double'.*'tasks'/));
});

test("addJob() refuses an undecorated method, and says what to do", async () => {
  class Reports {
    daily() {}
  }
  const { scheduler } = setUp({ tasks: [idle] });
  await using _ = scheduler;
  const method = new Reports().daily as unknown as typeof idle;
  await assert.rejects(scheduler.addJob(method), refusal("unknownTask", /'daily' is no task.*@task/));
});

test("addJob() by taskRef needs no code here; the worker validates", async () => {
  const store = memory();
  const client = setUp({ store, role: "client" });
  const worker = setUp({ store, role: "worker", tasks: [double], clock: client.clock });
  await using _c = client.scheduler;
  await using _w = worker.scheduler;
  const ref = taskRef<typeof double>("double");
  const good = await client.scheduler.addJob(ref, 4);
  const bad = await client.scheduler.addJob(ref, "four" as unknown as number);
  await worker.scheduler.startInBackground();
  await settle(client.clock);
  assert.equal(await good.result(), 8);
  await assert.rejects(bad.result(), refusal("jobParked", /no longer fits/));
});

test("addJob() refuses options that mean nothing or contradict each other", async () => {
  const { scheduler } = setUp({ tasks: [idle] });
  await using _ = scheduler;
  const typo = { delya: { minutes: 1 } } as Record<string, unknown>;
  await assert.rejects(scheduler.addJob(idle, undefined, typo), refusal("invalidOption", /'delya'.*'delay'/));
  const both = { delay: { seconds: 1 }, runAt: "2026-01-02T00:00Z" };
  await assert.rejects(scheduler.addJob(idle, undefined, both), refusal("invalidOption", /'runAt'/));
  await assert.rejects(scheduler.addJob(idle, undefined, { store: "other" }), refusal("unknownStore"));
});

test("addJob() refuses an input that cannot be stored", async () => {
  const any = task({ name: "any", input: z.unknown(), run() {} });
  const { scheduler } = setUp({ tasks: [any] });
  await using _ = scheduler;
  await assert.rejects(scheduler.addJob(any, { f: () => 1 }), refusal("serializationFailed", /f/));
});

test("a result that cannot be stored fails the job and says where it is", async () => {
  const bad = task({ name: "bad", run: () => ({ inner: () => 1 }) });
  const { scheduler } = setUp({ tasks: [bad] });
  await using _ = scheduler;
  await assert.rejects(scheduler.runJob(bad), refusal("jobFailed", /inner/));
});

test("a result that does not fit the output schema fails the job", async () => {
  const bad = task({ name: "bad", output: z.number(), run: () => "text" as unknown as number });
  const { scheduler } = setUp({ tasks: [bad] });
  await using _ = scheduler;
  await assert.rejects(scheduler.runJob(bad), refusal("jobFailed", /Result of task 'bad'/));
});

test("getJobResult() with wait: false throws jobNotReady until the job is finished", async () => {
  const { scheduler, clock } = setUp({ tasks: [double] });
  await using _ = scheduler;
  const { id } = await scheduler.addJob(double, 1, { delay: { minutes: 1 } });
  await assert.rejects(
    scheduler.getJobResult(id, { wait: false }),
    refusal("jobNotReady", /it is scheduled/),
  );
  await scheduler.startInBackground();
  const waiting = scheduler.getJobResult(id);
  await clock.advance({ minutes: 1 });
  assert.equal((await waiting).value, 2);
  assert.equal((await scheduler.getJobResult(id, { wait: false })).value, 2);
});

test("methods about a job that is not there throw jobNotFound", async () => {
  const { scheduler } = setUp({ tasks: [idle] });
  await using _ = scheduler;
  const calls = [
    scheduler.getJob("none"),
    scheduler.getJobResult("none"),
    scheduler.updateJob("none", { priority: 1 }),
    scheduler.cancelJob("none"),
    scheduler.retryJob("none"),
    scheduler.removeJob("none"),
  ];
  for (const call of calls) await assert.rejects(call, refusal("jobNotFound", /'none'/));
});

test("waiting for a job can be given up without touching the job", async () => {
  const { scheduler, clock } = setUp({ tasks: [double] });
  await using _ = scheduler;
  const handle = await scheduler.addJob(double, 1, { delay: { minutes: 1 } });
  const controller = new AbortController();
  const waiting = handle.result({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(handle.result({ signal: controller.signal }), /enough/);
  await scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  assert.equal(await handle.result(), 2);
});

test("a handle works after its scheduler has stopped and another one runs the job", async () => {
  const store = memory();
  const first = setUp({ store, tasks: [double] });
  const handle = await first.scheduler.addJob(double, 3);
  await first.scheduler.stop();
  const second = setUp({ store, tasks: [double], clock: first.clock });
  await using _ = second.scheduler;
  await second.scheduler.startInBackground();
  await settle(first.clock);
  assert.equal(await handle.result(), 6);
  await first.scheduler.stop();
});

test("updateJob() changes a waiting job and refuses one that runs or is finished", async () => {
  const started = gate();
  const end = gate();
  const slow = task({
    name: "slow",
    input: z.number(),
    async run(n) {
      started.open();
      await end.opened;
      return n;
    },
  });
  const { scheduler, clock, types } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  const { id } = await scheduler.addJob(slow, 1, { delay: { hours: 1 }, metadata: { a: 1 } });
  const job = await scheduler.updateJob(id, { priority: 3, input: 9, metadata: { b: 2 } });
  assert.deepEqual([job.priority, job.metadata, job.state], [3, { b: 2 }, "scheduled"]);
  await assert.rejects(
    scheduler.updateJob(id, { input: "x" }),
    refusal("invalidInput"),
  );
  assert.equal(
    (await scheduler.updateJob(id, { runAt: "2026-01-01T00:00:30" })).runAt.toString(),
    "2026-01-01T00:00:30Z",
  );
  assert.equal((await scheduler.updateJob(id, { runAt: "now" })).state, "ready");
  assert.equal(types("jobUpdated").length, 3);
  await scheduler.startInBackground();
  await started.opened;
  await assert.rejects(scheduler.updateJob(id, { priority: 1 }), refusal("invalidState", /running.*waiting/));
  await assert.rejects(scheduler.removeJob(id), refusal("invalidState", /cancel it first/));
  await assert.rejects(scheduler.retryJob(id), refusal("invalidState", /finished or parked/));
  end.open();
  await settle(clock);
  assert.equal((await scheduler.getJobResult(id)).value, 9);
  await assert.rejects(scheduler.updateJob(id, { priority: 1 }), refusal("invalidState", /finished/));
  const typo = { prioritty: 1 } as Record<string, unknown>;
  await assert.rejects(scheduler.updateJob(id, typo), refusal("invalidOption", /'priority'/));
});

test("retryJob() runs a finished job again with a fresh budget; removeJob() deletes it", async () => {
  let fails = true;
  const flaky = task({
    name: "flaky",
    run() {
      if (fails) throw new Error("not yet");
      return "done";
    },
  });
  const { scheduler } = setUp({ tasks: [flaky] });
  await using _ = scheduler;
  const { id } = await scheduler.addJob(flaky);
  await scheduler.runUntilIdle();
  assert.equal((await scheduler.getJobResult(id)).outcome, "error");
  fails = false;
  const again = await scheduler.retryJob(id);
  assert.deepEqual([again.state, again.attempt, again.outcome, again.error], [
    "ready",
    0,
    undefined,
    undefined,
  ]);
  await scheduler.runUntilIdle();
  assert.equal((await scheduler.getJobResult(id)).value, "done");
  await scheduler.removeJob(id);
  await assert.rejects(scheduler.getJob(id), refusal("jobNotFound"));
});

test("getJobs() filters, orders and limits over all stores; countJobs() counts states", async () => {
  const { scheduler, clock } = setUp({ tasks: [double, idle], stores: { a: memory(), b: memory() } });
  await using _ = scheduler;
  for (const [i, store] of ["a", "b", "a", "b"].entries()) {
    await scheduler.addJob(double, i, { store, id: `job-${i}` });
    await clock.advance({ seconds: 1 });
  }
  await scheduler.addJob(idle, undefined, { store: "b", delay: { hours: 1 }, id: "later" });
  const ids = async (filter: Parameters<typeof scheduler.getJobs>[0]) =>
    (await scheduler.getJobs(filter)).items.map((job) => job.id);
  assert.deepEqual(await ids({}), ["later", "job-3", "job-2", "job-1", "job-0"]);
  assert.deepEqual(await ids({ order: "oldest", limit: 2 }), ["job-0", "job-1"]);
  assert.deepEqual(await ids({ store: "b", taskName: "double" }), ["job-3", "job-1"]);
  assert.deepEqual(await ids({ states: ["scheduled"] }), ["later"]);
  await scheduler.runUntilIdle();
  const counts = await scheduler.countJobs();
  assert.deepEqual([counts.finished, counts.scheduled], [4, 1]);
  assert.equal((await scheduler.countJobs({ store: "a" })).finished, 2);
});
