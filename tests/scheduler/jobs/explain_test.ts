import assert from "node:assert/strict";
import { z } from "zod";
import { task, taskRef } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import type { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { gate, refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

/** A task whose jobs run until the gate is opened. */
function waiter(name = "wait", maxRunningJobs: number | null = 1) {
  const { opened, open } = gate();
  return { wait: task({ name, maxRunningJobs, run: () => opened }), open };
}

async function causes(scheduler: Scheduler, id: string) {
  return (await scheduler.explain(id)).causes.map(({ cause }) => cause);
}

test("explain() says when a job is due that was put off", async () => {
  const { wait } = waiter();
  const { scheduler } = setUp({ tasks: [wait] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const { id } = await scheduler.addJob(wait, undefined, { delay: { minutes: 5 } });
  assert.deepEqual(await scheduler.explain(id), {
    jobId: id,
    taskName: "wait",
    state: "scheduled",
    sentence: `Job ${id} of task 'wait' is not running: it is not due until 2026-01-01T00:05:00Z`,
    causes: [{
      cause: "notDue",
      text: "it is not due until 2026-01-01T00:05:00Z",
      facts: { runAt: "2026-01-01T00:05:00Z", inMs: 300_000 },
    }],
  });
});

test("explain() says of a job between attempts what failed, and how it stands once it has ended", async () => {
  const failing = task({
    name: "failing",
    retry: { maxAttempts: 2, base: { minutes: 1 }, jitter: 0 },
    run() {
      throw new Error("no luck");
    },
  });
  const { scheduler, clock } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const { id } = await scheduler.addJob(failing);
  await settle(clock);
  const { sentence, causes: [backOff] } = await scheduler.explain(id);
  assert.match(
    sentence,
    /attempt 1 of 2 failed \(no luck\), and the next one is not due until 2026-01-01T00:01:00Z/,
  );
  assert.equal(backOff?.cause, "retryBackOff");
  await clock.advance({ minutes: 1 });
  const ended = await scheduler.explain(id);
  assert.deepEqual(await causes(scheduler, id), ["finished"]);
  assert.equal(
    ended.sentence,
    `Job ${id} of task 'failing' finished at 2026-01-01T00:01:00Z as error: no luck`,
  );
});

test("explain() names who holds the limit of a task, on which scheduler, since when", async () => {
  const { wait, open } = waiter();
  const { clock, one, two } = setUpTwo({ tasks: [wait] }, { role: "client", tasks: [] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  const holder = await one.scheduler.addJob(wait);
  await settle(clock);
  const { id } = await one.scheduler.addJob(wait);
  const { sentence, causes: [limit] } = await two.scheduler.explain(id);
  const held = `held by job ${holder.id} on scheduler 'one' since 2026-01-01T00:00:00Z`;
  assert.ok(sentence.endsWith(`is not running: task 'wait' is at its limit (1 of 1), ${held}`), sentence);
  assert.equal(limit?.cause, "taskLimit");
  assert.deepEqual(limit.facts["holders"], [{
    jobId: holder.id,
    scheduler: "one",
    since: "2026-01-01T00:00:00Z",
  }]);
  const running = await two.scheduler.explain(holder.id);
  assert.deepEqual(running.causes.map(({ cause }) => cause), ["running"]);
  assert.match(
    running.sentence,
    /has been running since 2026-01-01T00:00:00Z on scheduler 'one' \(attempt 1 of 1\)$/,
  );
  await two.scheduler.cancelJob(holder.id, "too slow");
  assert.match((await two.scheduler.explain(holder.id)).sentence, /; it was asked to stop: too slow$/);
  open();
});

test("explain() names who holds the limit of a schedule", async () => {
  const { wait, open } = waiter("wait", null);
  const { scheduler, clock } = setUp({ tasks: [wait] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addSchedule(wait, interval({ minutes: 1 }), { id: "tick", overlap: "queue" });
  await clock.advance({ minutes: 1 });
  const { items: [second] } = await scheduler.getJobs({ scheduleId: "tick" });
  const { sentence, causes: [limit] } = await scheduler.explain(second!.id);
  assert.equal(limit?.cause, "scheduleLimit");
  assert.match(sentence, /schedule 'tick' is at its limit \(1 of 1\), held by job \S+ on scheduler/);
  open();
});

test("explain() reports a paused task, and a paused or full scheduler where no other could run the job", async () => {
  const { wait, open } = waiter("wait", null);
  const { scheduler, clock } = setUp({ tasks: [wait], maxConcurrentJobs: 1 });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(wait);
  await settle(clock);
  const { id } = await scheduler.addJob(wait);
  assert.deepEqual(await causes(scheduler, id), ["noSlot"]);
  await scheduler.pause();
  assert.deepEqual(await causes(scheduler, id), ["schedulerPaused"]);
  await scheduler.pauseTask(wait);
  assert.deepEqual(await causes(scheduler, id), ["taskPaused", "schedulerPaused"]);
  open();
});

test("explain() says that nobody alive knows the task, or that nobody is alive", async () => {
  const { wait } = waiter("other");
  const unknown = taskRef<typeof wait>("unknown");
  const { scheduler, clock } = setUp({ tasks: [wait], name: "host-1" });
  await using _ = scheduler;
  const { id } = await scheduler.addJob(unknown);
  assert.deepEqual(await causes(scheduler, id), ["noWorker"]);
  await scheduler.startInBackground();
  await settle(clock);
  assert.deepEqual(await causes(scheduler, id), ["taskUnknown"]);
  assert.match(
    (await scheduler.explain(id)).sentence,
    /no live scheduler knows task 'unknown' \(alive: 'host-1'\)$/,
  );
});

test("explain() says that no live scheduler offers the job's tags", async () => {
  const { wait } = waiter();
  const { scheduler, clock } = setUp({ tasks: [wait], name: "host-1", tags: ["cpu"] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const { id } = await scheduler.addJob(wait, undefined, { tags: ["gpu"] });
  await settle(clock);
  const { sentence, causes: [tags] } = await scheduler.explain(id);
  assert.ok(sentence.endsWith("no live scheduler that knows the task ('host-1') offers tag 'gpu'"), sentence);
  assert.deepEqual([tags?.cause, tags?.facts], ["tagsMissing", { tags: ["gpu"], alive: ["host-1"] }]);
});

test("explain() names who holds the slots of a key, and the job ahead of it where jobs run in order", async () => {
  const { opened, open } = gate();
  const keyed = (name: string, fifo: boolean) =>
    task({
      name,
      input: z.string(),
      maxRunningJobs: null,
      concurrency: { key: (tenant) => tenant, max: 1, ...(fifo ? { fifo } : {}) },
      run: () => opened,
    });
  const [parallel, ordered] = [keyed("parallel", false), keyed("ordered", true)];
  const { scheduler, clock } = setUp({ tasks: [parallel, ordered] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const holder = await scheduler.addJob(parallel, "ada");
  const first = await scheduler.addJob(ordered, "ada");
  await settle(clock);
  const busy = await scheduler.explain((await scheduler.addJob(parallel, "ada")).id);
  assert.match(
    busy.sentence,
    new RegExp(`key 'ada' is at its limit \\(1 of 1\\), held by job ${holder.id} on scheduler`),
  );
  const behind = await scheduler.explain((await scheduler.addJob(ordered, "ada")).id);
  assert.ok(
    behind.sentence.endsWith(`key 'ada' runs in order, and job ${first.id} is ahead of it (running)`),
  );
  assert.deepEqual([busy, behind].map(({ causes }) => causes[0]?.cause), ["keyBusy", "keyBusy"]);
  open();
});

test("explain() gives the reason for which a job is parked", async () => {
  const store = memory();
  const strict = task({ name: "strict", run() {} });
  const { scheduler, clock } = setUp({ store, tasks: [strict] });
  await using _ = scheduler;
  const job = await scheduler.addJob(taskRef<typeof strict>("strict"), undefined, { delay: { seconds: 1 } });
  await store.updateJob(job.id, { input: "nothing:1" });
  await scheduler.startInBackground();
  await clock.advance({ seconds: 2 });
  const { sentence, causes: [parked] } = await scheduler.explain(job.id);
  assert.equal(parked?.cause, "parked");
  assert.match(sentence, /is not running: it is parked: the stored input cannot be decoded/);
});

test("explain() of a job that nothing holds back says so, of one that is too late too", async () => {
  const { wait } = waiter();
  const { scheduler, clock } = setUp({ tasks: [wait], role: "worker" });
  const { scheduler: asking } = setUp({ store: scheduler.getStore(), clock, role: "client" });
  await using _ = scheduler;
  await using _asking = asking;
  const { id } = await scheduler.addJob(wait, undefined, { timeToLive: { seconds: 1 } });
  await scheduler.getStore().registerScheduler({
    name: "idle",
    role: "worker",
    tasks: [{ name: "wait", version: 1 }],
    tags: [],
    process: { hostname: "h", pid: 1, bootId: null, pidNamespace: null, startedAt: null },
    leaseMs: 60_000,
  });
  assert.deepEqual(await causes(asking, id), ["next"]);
  clock.jump(1500);
  assert.deepEqual(await causes(asking, id), ["startDeadlinePassed"]);
  await assert.rejects(asking.explain("gone"), refusal("jobNotFound"));
});
