import assert from "node:assert/strict";
import { z } from "zod";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { faulty, refusal, settle, setUp, setUpTwo } from "../fixtures.ts";

const quick = task({ name: "quick", run: () => "ran" });

test("startInBackground() reports its states, and refuses to start twice", async () => {
  const { scheduler, clock, types } = setUp({ tasks: [quick] });
  assert.equal(scheduler.state, "stopped");
  const starting = scheduler.startInBackground();
  assert.equal(scheduler.state, "starting");
  await assert.rejects(scheduler.startInBackground(), refusal("schedulerRunning", /already starting/));
  await starting;
  assert.equal(scheduler.state, "running");
  await assert.rejects(scheduler.startInBackground(), refusal("schedulerRunning", /already running/));
  const stopping = scheduler.stop();
  await stopping;
  assert.equal(scheduler.state, "stopped");
  assert.deepEqual(types("schedulerStarting", "schedulerStarted", "schedulerStopping", "schedulerStopped"), [
    "schedulerStarting",
    "schedulerStarted",
    "schedulerStopping",
    "schedulerStopped",
  ]);
  assert.equal(clock.pendingTimers, 0);
});

test("a scheduler starts and stops again and again, and works each time", async () => {
  const { scheduler, clock } = setUp({ tasks: [quick] });
  for (let round = 0; round < 3; round++) {
    await scheduler.startInBackground();
    const running = scheduler.runJob(quick);
    await settle(clock);
    assert.equal(await running, "ran");
    await scheduler.stop();
    assert.equal(clock.pendingTimers, 0);
  }
});

test("role client is never started", async () => {
  const { scheduler } = setUp({ role: "client", tasks: [quick] });
  await using _ = scheduler;
  await assert.rejects(scheduler.startInBackground(), refusal("invalidState", /'client'/));
  await assert.rejects(scheduler.runUntilStopped(), refusal("invalidState"));
});

test("role worker runs jobs and no schedules, role scheduler the other way round", async () => {
  const { clock, one, two } = setUpTwo({ role: "scheduler", tasks: [quick] }, {
    role: "worker",
    tasks: [quick],
  });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await one.scheduler.addSchedule(quick, interval({ minutes: 1 }), { id: "s" });
  await clock.advance({ seconds: 50 });
  assert.deepEqual((await one.scheduler.getJobs()).items.map((job) => job.state), ["parked"]);
  await one.scheduler.stop();
  await two.scheduler.startInBackground();
  await clock.advance({ minutes: 5 });
  const { items: jobs } = await two.scheduler.getJobs();
  assert.deepEqual(jobs.map((job) => job.outcome), ["success"]);
});

test("a start that fails leaves the scheduler stopped, and it can be started again", async () => {
  const { store, control } = faulty(memory());
  const { scheduler, clock, events } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  for (const failing of ["open", "putTasks", "registerScheduler"]) {
    control.fault = (method) => method === failing ? Promise.reject(new Error(`no ${failing}`)) : undefined;
    await assert.rejects(scheduler.startInBackground(), new RegExp(`no ${failing}`));
    assert.equal(scheduler.state, "stopped");
    assert.equal(clock.pendingTimers, 0);
    const last = events.at(-1);
    assert.ok(last?.type === "schedulerStopped" && last.error === `no ${failing}`);
  }
  control.fault = undefined;
  await scheduler.startInBackground();
  const running = scheduler.runJob(quick);
  await settle(clock);
  assert.equal(await running, "ran");
});

test("a start that fails in its second store leaves no registration in the first", async () => {
  const good = memory();
  const { store, control } = faulty(memory());
  const { scheduler, clock } = setUp({ stores: { good, bad: store }, tasks: [quick] });
  await using _ = scheduler;
  control.fault = (method) => method === "open" ? Promise.reject(new Error("locked")) : undefined;
  await assert.rejects(scheduler.startInBackground(), /locked/);
  assert.equal(clock.pendingTimers, 0);
  await good.open({ clock });
  assert.deepEqual(await good.getSchedulers(), []);
  await good.close();
});

test("a declared schedule whose input does not fit stops the start, named with its place", async () => {
  const hourly = interval({ hours: 1 });
  const userId = 7 as unknown as string;
  const fine = task({ name: "a fine one", schedules: [{ trigger: hourly }], run() {} });
  const declared = task({
    name: "declared",
    input: z.object({ userId: z.string() }),
    schedules: [{ trigger: hourly, id: "hourly", input: { userId } }],
    run() {},
  });
  const { scheduler } = setUp({ tasks: [fine, declared] });
  await using _ = scheduler;
  await assert.rejects(
    scheduler.startInBackground(),
    refusal("invalidInput", /'hourly'.*starting_test.*userId/),
  );
  assert.deepEqual((await scheduler.getSchedules()).items, [], "nothing is half-written");
});

test("pause() takes no work, resume() continues, and start({ paused: true }) begins like that", async () => {
  const { scheduler, clock, types } = setUp({ tasks: [quick] });
  await using _ = scheduler;
  await scheduler.startInBackground({ paused: true });
  assert.equal(scheduler.paused, true);
  const handle = await scheduler.addJob(quick);
  await scheduler.addSchedule(quick, interval({ minutes: 1 }), { id: "s" });
  await clock.advance({ minutes: 5 });
  assert.equal((await handle.status()).state, "ready");
  assert.equal((await scheduler.getSchedules()).items[0]?.counters.runs, 0);
  scheduler.resume();
  scheduler.resume();
  await settle(clock);
  assert.equal(await handle.result(), "ran");
  scheduler.pause();
  scheduler.pause();
  assert.deepEqual(types("schedulerPaused", "schedulerResumed"), ["schedulerResumed", "schedulerPaused"]);
});

test("a scheduler paused before its start stays paused", async () => {
  const { scheduler, clock } = setUp({ tasks: [quick] });
  await using _ = scheduler;
  scheduler.pause();
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(quick);
  await clock.advance({ minutes: 1 });
  assert.equal((await handle.status()).state, "ready");
});

test("runUntilIdle() runs what is due and returns; with until: empty also what comes later", async () => {
  const { scheduler, clock } = setUp({ tasks: [quick] });
  await using _ = scheduler;
  const now = await scheduler.addJob(quick);
  const later = await scheduler.addJob(quick, undefined, { delay: { minutes: 5 } });
  await scheduler.runUntilIdle();
  assert.equal(scheduler.state, "stopped");
  assert.equal((await now.status()).state, "finished");
  assert.equal((await later.status()).state, "scheduled");
  const empty = scheduler.runUntilIdle({ until: "empty" });
  await clock.advance({ minutes: 6 });
  await empty;
  assert.equal((await later.status()).state, "finished");
  assert.equal(clock.pendingTimers, 0);
});

test("runUntilIdle() survives a store that fails for a while", async () => {
  const { store, control } = faulty(memory());
  const { scheduler, clock } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  const handle = await scheduler.addJob(quick, undefined, { delay: { seconds: 1 } });
  const empty = scheduler.runUntilIdle({ until: "empty" });
  await settle(clock);
  control.fault = (method) => /count|claim/.test(method) ? Promise.reject(new Error("away")) : undefined;
  await clock.advance({ seconds: 5 });
  control.fault = undefined;
  await clock.advance({ seconds: 30 });
  await empty;
  assert.equal((await handle.status()).outcome, "success");
});

test("tick() does one round, says what it did and when to come back, and leaves nothing behind", async () => {
  const { scheduler, clock } = setUp({ tasks: [quick] });
  await using _ = scheduler;
  await scheduler.addJob(quick);
  await scheduler.addJob(quick);
  await scheduler.addSchedule(quick, interval({ minutes: 10 }), { id: "s" });
  const first = await scheduler.tick();
  assert.equal(first.finishedJobs, 3);
  assert.equal(first.nextWake?.toString(), "2026-01-01T00:10:00Z");
  assert.equal((await scheduler.tick()).finishedJobs, 0);
  await clock.advance({ minutes: 10 });
  assert.equal((await scheduler.tick()).finishedJobs, 1);
  assert.equal(scheduler.state, "stopped");
  assert.equal(clock.pendingTimers, 0);
  await scheduler.startInBackground();
  await assert.rejects(scheduler.tick(), refusal("schedulerRunning"));
});
