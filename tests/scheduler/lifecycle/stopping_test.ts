import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { sleep } from "../../../src/time/clock.ts";
import type { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";
import { faulty, gate, refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

/** A task that takes a minute and heeds its signal. */
function aMinute(clock: () => VirtualClock, reasons: unknown[] = []) {
  return task({
    name: "minute",
    async run(_input, { signal }) {
      await sleep(clock(), 60_000, signal);
      if (signal.aborted) reasons.push(signal.reason);
      signal.throwIfAborted();
      return "done";
    },
  });
}

test("stop() lets running jobs finish, takes no new ones, and ends the heartbeat last", async () => {
  const { store, calls } = faulty(memory());
  const minute = aMinute(() => clock);
  const { scheduler, clock } = setUp({ store, tasks: [minute] });
  await scheduler.startInBackground();
  const first = await scheduler.addJob(minute);
  const second = await scheduler.addJob(minute);
  await settle(clock);
  const stopping = scheduler.stop({ timeout: { minutes: 5 } });
  await clock.advance({ seconds: 50 });
  assert.equal(scheduler.state, "stopping");
  assert.equal((await store.getSchedulers()).length, 1, "it beats while it drains");
  await clock.advance({ seconds: 10 });
  await stopping;
  assert.ok(calls.lastIndexOf("unregisterScheduler") > calls.lastIndexOf("endJobs"));
  assert.ok(calls.lastIndexOf("close") > calls.lastIndexOf("unregisterScheduler"));
  assert.equal(clock.pendingTimers, 0);
  assert.equal((await first.status()).outcome, "success");
  assert.equal((await second.status()).attempt, 0);
  await scheduler.stop();
});

test("stop() aborts at its timeout and hands back; the job uses no attempt and runs elsewhere", async () => {
  const reasons: unknown[] = [];
  const minute = aMinute(() => clock, reasons);
  const { clock, one, two } = setUpTwo({ tasks: [minute] }, { tasks: [minute] });
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  const handle = await two.scheduler.addJob(minute);
  await settle(clock);
  const stopping = one.scheduler.stop({ timeout: { seconds: 20 } });
  await clock.advance({ seconds: 19 });
  assert.deepEqual(reasons, []);
  await clock.advance({ seconds: 1 });
  await stopping;
  assert.ok(isCarillonError(reasons[0], "schedulerStopped"));
  const job = await handle.status();
  assert.deepEqual([job.state, job.attempt], ["parked", 0]);
  assert.deepEqual(one.types("jobHandedBack"), ["jobHandedBack"]);
  await two.scheduler.startInBackground();
  await clock.advance({ minutes: 2 });
  assert.equal(await handle.result(), "done");
  assert.equal((await handle.status()).attempt, 1);
});

test("stop({ drain: false }) aborts at once, also as a second call that hurries the first", async () => {
  const minute = aMinute(() => clock);
  const { scheduler, clock } = setUp({ tasks: [minute] });
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(minute);
  await settle(clock);
  const first = scheduler.stop();
  await settle(clock);
  assert.equal(scheduler.state, "stopping");
  const second = scheduler.stop({ drain: false });
  assert.equal(first, second);
  await settle(clock);
  await second;
  assert.equal((await handle.status()).attempt, 0);
  assert.equal(clock.pendingTimers, 0);
  await scheduler.stop();
});

test("a job that ignores its abort at the stop keeps its slot until the lease has run out", async () => {
  const end = gate();
  const started: string[] = [];
  const deaf = task({
    name: "deaf",
    async run() {
      started.push("run");
      await end.opened;
    },
  });
  const { clock, one, two, store } = setUpTwo({ tasks: [deaf] }, { tasks: [deaf] });
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground({ paused: true });
  const handle = await two.scheduler.addJob(deaf);
  await settle(clock);
  const stopping = one.scheduler.stop({ drain: false });
  await clock.advance({ seconds: 5 });
  await stopping;
  two.scheduler.resume();
  assert.equal((await store.getSchedulers()).length, 2);
  await clock.advance({ seconds: 20 });
  assert.deepEqual([started.length, (await handle.status()).state], [1, "running"]);
  await clock.advance({ seconds: 60 });
  assert.equal(started.length, 2, "taken over after the lease");
  end.open();
  await settle(clock);
  assert.equal((await handle.status()).outcome, "success");
});

test("stop() during the start waits for it and then really stops", async () => {
  const { scheduler, clock } = setUp({ tasks: [aMinute(() => clock)] });
  const starting = scheduler.startInBackground();
  const stopping = scheduler.stop();
  await starting;
  await stopping;
  assert.equal(scheduler.state, "stopped");
  assert.equal(clock.pendingTimers, 0);
});

test("stop() is not held up forever by a listener that waits for it", async () => {
  const { scheduler, clock } = setUp({ abortGrace: { seconds: 2 } });
  scheduler.subscribe(async () => await scheduler.stop(), { types: "schedulerPaused" });
  await scheduler.startInBackground();
  scheduler.pause();
  const stopping = scheduler.stop();
  await clock.advance({ seconds: 3 });
  await stopping;
  assert.equal(scheduler.state, "stopped");
});

test("stop() waits for what asynchronous listeners do", async () => {
  const { scheduler, clock } = setUp();
  const noted: string[] = [];
  scheduler.subscribe(async (event) => {
    await sleep(clock, 1000);
    noted.push(event.type);
  }, { types: "schedulerStopped" });
  await scheduler.startInBackground();
  const stopping = scheduler.stop();
  await clock.advance({ seconds: 2 });
  await stopping;
  assert.deepEqual(noted, ["schedulerStopped"]);
});

test("stop() resolves although the store fails on the way out", async () => {
  const { store, control } = faulty(memory());
  const lines: string[] = [];
  const logger = { debug() {}, info() {}, warn: (line: string) => lines.push(line), error() {} };
  const { scheduler, clock } = setUp({ store, logger });
  await scheduler.startInBackground();
  control.fault = (method) => /unregister|close/.test(method) ? Promise.reject(new Error("gone")) : undefined;
  await scheduler.stop();
  assert.equal(scheduler.state, "stopped");
  assert.equal(lines.length, 2);
  assert.equal(clock.pendingTimers, 0);
});

test("await using stops the scheduler and ends its event iterators", async () => {
  const { scheduler, clock } = setUp();
  const stream = scheduler.events("scheduler");
  {
    await using _ = scheduler;
    await scheduler.startInBackground();
  }
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  assert.equal(types.at(-1), "schedulerStopped");
  assert.equal(clock.pendingTimers, 0);
});

test("runUntilStopped() returns when stop() is called, from within a job too", async () => {
  const last = task({
    name: "last",
    run() {
      void scheduler.stop({ wait: false });
      return "stopped";
    },
  });
  const { scheduler, clock } = setUp({ tasks: [last] });
  const handle = await scheduler.addJob(last);
  const running = scheduler.runUntilStopped({ signals: false });
  await settle(clock);
  await running;
  assert.equal((await handle.status()).outcome, "success");
  await scheduler.stop();
});

test("getJobResult() that waits is told when the scheduler stops, a result that just came is answered", async () => {
  const end = gate();
  const slow = task({ name: "slow", run: () => end.opened });
  const { scheduler, clock } = setUp({ tasks: [slow] });
  await scheduler.startInBackground();
  const here = scheduler.runJob(slow);
  await settle(clock);
  const waiting = await scheduler.addJob(slow);
  const refused = assert.rejects(waiting.result(), refusal("schedulerStopped"));
  const stopping = scheduler.stop();
  end.open();
  await settle(clock);
  await stopping;
  await here;
  await refused;
});

test("stop() looks once more for results before it gives up waiting for them", async () => {
  const { store, control } = faulty(memory());
  const end = gate<string>();
  const slow = task({ name: "slow", run: () => end.opened });
  const { scheduler, clock } = setUp({ store, tasks: [slow] });
  await scheduler.startInBackground();
  const running = scheduler.runJob(slow);
  await settle(clock);
  control.fault = (method) => method === "getJobs" ? Promise.reject(new Error("busy")) : undefined;
  end.open("in time");
  await settle(clock);
  control.fault = undefined;
  await scheduler.stop();
  assert.equal(await running, "in time");
});

test("stop() called by a listener of the start waits for the start and then stops", async () => {
  const { scheduler, clock } = setUp();
  let stopping: Promise<void> | undefined;
  scheduler.subscribe(() => void (stopping = scheduler.stop()), { types: "schedulerStarting" });
  await scheduler.startInBackground();
  await stopping;
  assert.equal(scheduler.state, "stopped");
  assert.equal(clock.pendingTimers, 0);
});
