import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { sleep } from "../../../src/time/clock.ts";
import type { VirtualClock } from "../../../src/time/virtual_clock.ts";
import type { TaskOptions } from "../../../src/model/task_options.ts";
import { test } from "../../harness.ts";
import { faulty, settle, setUp, setUpTwo } from "../fixtures.ts";

/** A task of ten minutes that heeds its signal. */
function tenMinutes(clock: () => VirtualClock, reasons: unknown[] = [], options: TaskOptions = {}) {
  return task({
    name: "long",
    ...options,
    async run(_input, { signal }) {
      await sleep(clock(), 600_000, signal);
      if (signal.aborted) reasons.push(signal.reason);
      signal.throwIfAborted();
      return "done";
    },
  });
}

/** Two schedulers, the first of which loses touch with the store whenever `cut()` says so. */
function setUpCut(options: TaskOptions = {}) {
  const reasons: unknown[] = [];
  const long = tenMinutes(() => clock, reasons, options);
  const real = memory();
  const { store, control } = faulty(real);
  const one = setUp({ store, name: "one", tasks: [long] });
  const clock = one.clock;
  const two = setUp({ store: real, name: "two", clock, tasks: [long] });
  const cut = (away: boolean) => {
    control.fault = away ? () => Promise.reject(new Error("unreachable")) : undefined;
  };
  return { clock, one, two, long, reasons, cut };
}

test("the heartbeat keeps the lease of a job that runs much longer", async () => {
  const long = tenMinutes(() => clock);
  const { clock, one, two } = setUpTwo({ tasks: [long] }, { tasks: [long] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground();
  const handle = await one.scheduler.addJob(long);
  await clock.advance({ minutes: 10 });
  assert.equal(await handle.result(), "done");
  const { attempt } = await handle.status();
  assert.equal(attempt, 1);
  assert.deepEqual([...one.types("leaseLost"), ...two.types("schedulerTakenOver")], []);
});

test("a scheduler that is gone is taken over after its lease, watched for a whole one", async () => {
  const { clock, one, two, long, cut } = setUpCut();
  await using _two = two.scheduler;
  await using _one = one.scheduler;
  await one.scheduler.startInBackground();
  const handle = await two.scheduler.addJob(long);
  await settle(clock);
  await two.scheduler.startInBackground();
  cut(true);
  await clock.advance({ seconds: 29 });
  assert.equal((await handle.status()).state, "running");
  assert.deepEqual(two.types("schedulerTakenOver"), []);
  await clock.advance({ seconds: 31 });
  assert.deepEqual(two.types("schedulerTakenOver"), ["schedulerTakenOver"]);
  cut(false);
  await clock.advance({ minutes: 10 });
  const job = await two.scheduler.getJob(handle.id);
  assert.deepEqual([job.outcome, job.attempt], ["success", 1]);
});

test("a scheduler that lost its lease aborts its runs, is refused, registers anew and works on", async () => {
  const { clock, one, two, long, reasons, cut } = setUpCut();
  await using _two = two.scheduler;
  await using _one = one.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground({ paused: true });
  const handle = await two.scheduler.addJob(long, undefined, { id: "j" });
  await settle(clock);
  cut(true);
  await clock.advance({ seconds: 26 });
  assert.deepEqual(reasons, []);
  await clock.advance({ seconds: 2 });
  assert.ok(isCarillonError(reasons[0], "leaseLost"), "aborted before anybody else can think it is over");
  assert.deepEqual(one.types("leaseLost"), ["leaseLost"]);
  await clock.advance({ minutes: 1 });
  assert.equal((await two.scheduler.getJob("j")).state, "ready");
  cut(false);
  await clock.advance({ minutes: 12 });
  assert.equal((await handle.status()).outcome, "success");
  assert.equal((await one.scheduler.getStore().getSchedulers()).length, 2);
  assert.deepEqual(two.types("jobStarted"), []);
  assert.deepEqual(one.types("jobStarted"), ["jobStarted", "jobStarted"]);
});

test("a lease that was lost but not taken over continues, and the job is tried again without using an attempt", async () => {
  const { clock, one, long, reasons, cut } = setUpCut();
  await using _ = one.scheduler;
  await one.scheduler.startInBackground();
  const handle = await one.scheduler.addJob(long);
  await settle(clock);
  cut(true);
  await clock.advance({ seconds: 40 });
  assert.equal(reasons.length, 1);
  cut(false);
  await clock.advance({ minutes: 12 });
  const job = await handle.status();
  assert.deepEqual([job.outcome, job.attempt], ["success", 1]);
  assert.equal((await one.scheduler.getStore().getSchedulers())[0]?.incarnation, 1);
});

test("onLostLease abandon ends the job when its scheduler is gone, and when it lost the lease itself", async () => {
  for (const taken of [true, false]) {
    const { clock, one, two, long, cut } = setUpCut({ onLostLease: "abandon", retry: { maxAttempts: 5 } });
    await using _two = two.scheduler;
    await using _one = one.scheduler;
    await one.scheduler.startInBackground();
    if (taken) await two.scheduler.startInBackground({ paused: true });
    const handle = await two.scheduler.addJob(long);
    await settle(clock);
    cut(true);
    await clock.advance({ seconds: 90 });
    cut(false);
    await clock.advance({ seconds: 20 });
    const job = await handle.status();
    assert.deepEqual([job.outcome, job.error?.name], ["abandoned", "Abandoned"]);
    await assert.rejects(handle.result(), /was abandoned.*lost the lease/);
  }
});

test("after maxLostLeases a job ends abandoned: it may be what kills its process", async () => {
  const { clock, one, long, cut } = setUpCut({ maxLostLeases: 2 });
  await using _ = one.scheduler;
  await one.scheduler.startInBackground();
  const handle = await one.scheduler.addJob(long);
  for (let loss = 0; loss < 2; loss++) {
    await clock.advance({ seconds: 20 });
    assert.equal((await handle.status()).state, "running");
    cut(true);
    await clock.advance({ seconds: 40 });
    cut(false);
    await clock.advance({ seconds: 20 });
  }
  const job = await handle.status();
  assert.deepEqual([job.outcome, job.error?.message.includes("2 times")], ["abandoned", true]);
});

test("a clock that jumps forward floods nothing and loses no lease", async () => {
  let ran = 0;
  const long = tenMinutes(() => clock);
  const often = task({ name: "often", run: () => void ran++ });
  const { clock, one, two } = setUpTwo({ tasks: [long, often] }, { tasks: [long, often] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground();
  await one.scheduler.addSchedule(often, interval({ minutes: 1 }), { id: "often" });
  const handle = await one.scheduler.addJob(long);
  await clock.advance({ seconds: 30 });
  clock.jump(24 * 3_600_000);
  await clock.advance({ minutes: 11 });
  assert.equal((await handle.status()).outcome, "success");
  assert.equal((await handle.status()).attempt, 1);
  assert.deepEqual([...one.types("leaseLost"), ...two.types("leaseLost", "schedulerTakenOver")], []);
  assert.ok(ran <= 15, `${ran} runs`);
});

test("a clock that steps back lets schedules continue from then on and loses no lease", async () => {
  let ran = 0;
  const long = tenMinutes(() => clock);
  const often = task({ name: "often", run: () => void ran++ });
  const { clock, one, two } = setUpTwo({ tasks: [long, often] }, { tasks: [long, often] });
  await using _one = one.scheduler;
  await using _two = two.scheduler;
  await one.scheduler.startInBackground();
  await two.scheduler.startInBackground();
  await one.scheduler.addSchedule(often, interval({ minutes: 1 }), { id: "often" });
  const handle = await one.scheduler.addJob(long);
  await clock.advance({ seconds: 30 });
  clock.jump(-3_600_000);
  await clock.advance({ minutes: 11 });
  assert.equal((await handle.status()).outcome, "success");
  assert.equal(ran, 12);
  assert.deepEqual([...one.types("leaseLost"), ...two.types("leaseLost", "schedulerTakenOver")], []);
});

test("a scheduler that was taken over while it rested takes up waiting work once it has registered anew", async () => {
  const store = memory();
  const note = task({ name: "note", run: () => "ran" });
  const { scheduler, clock } = setUp({ store, tasks: [note] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await settle(clock);
  const [own] = await store.getSchedulers();
  await store.takeOver(own!.incarnation, own!.leaseUntilMs, []);
  const handle = await scheduler.addJob(note);
  await settle(clock);
  assert.equal((await handle.status()).state, "parked", "nobody alive knows the task");
  await clock.advance({ seconds: 10 });
  assert.equal(await handle.result(), "ran");
});

test("tick() trusts the clock about leases, as it cannot watch for one", async () => {
  const { clock, one, two, long, cut } = setUpCut();
  await using _two = two.scheduler;
  await using _one = one.scheduler;
  await one.scheduler.startInBackground();
  const handle = await two.scheduler.addJob(long);
  await settle(clock);
  cut(true);
  await clock.advance({ seconds: 31 });
  const ticking = two.scheduler.tick({ timeout: { minutes: 20 } });
  await clock.advance({ minutes: 10 });
  assert.equal((await ticking).finishedJobs, 1);
  assert.equal((await handle.status()).outcome, "success");
  cut(false);
  await clock.advance({ seconds: 20 });
});
