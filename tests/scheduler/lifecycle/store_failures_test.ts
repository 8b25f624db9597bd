import assert from "node:assert/strict";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { faulty, gate, settle, setUp } from "../fixtures.ts";

const quick = task({ name: "quick", maxRunningJobs: null, run: () => "ran" });
const away = () => Promise.reject(new Error("the store is away"));

test("loops back off while the store fails, say it once each way, and lose nothing", async () => {
  const { store, control, calls } = faulty(memory());
  const { scheduler, clock, events, types } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(quick, undefined, { delay: { seconds: 5 } });
  await scheduler.addSchedule(quick, interval({ seconds: 30 }), {
    id: "s",
    coalesce: "all",
    overlap: "allow",
  });
  await settle(clock);
  control.fault = away;
  calls.length = 0;
  await clock.advance({ minutes: 10 });
  assert.ok(calls.length < 500, `${calls.length} attempts in ten minutes`);
  assert.deepEqual(types("storeFailed", "storeRecovered"), ["storeFailed"]);
  control.fault = undefined;
  await clock.advance({ seconds: 30 });
  assert.deepEqual(types("storeFailed", "storeRecovered"), ["storeFailed", "storeRecovered"]);
  const failed = events.find((event) => event.type === "storeFailed");
  assert.ok(failed?.type === "storeFailed" && failed.subject === "main");
  assert.match(failed.error ?? "", /the store is away/);
  assert.equal((await handle.status()).outcome, "success");
  const schedule = await (await scheduler.getSchedule("s")).get();
  assert.equal(schedule.counters.runs, 22, "every fire time of the failure has its job");
});

test("one call that keeps failing is reported once, although the others work", async () => {
  const { store, control, calls } = faulty(memory());
  const { scheduler, clock, types } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  control.fault = (method) => method === "claimJobs" ? away() : undefined;
  await scheduler.addJob(quick, undefined, { delay: { seconds: 1 } });
  calls.length = 0;
  await clock.advance({ minutes: 5 });
  assert.deepEqual(types("storeFailed", "storeRecovered"), ["storeFailed"]);
  const claims = calls.filter((call) => call === "claimJobs").length;
  assert.ok(claims > 20 && claims < 50, `${claims} claims`);
  control.fault = undefined;
  await clock.advance({ seconds: 15 });
  assert.deepEqual(types("storeFailed", "storeRecovered"), ["storeFailed", "storeRecovered"]);
});

test("a completion that could not be written is written later, and the job is not run again", async () => {
  let ran = 0;
  const end = gate<string>();
  const slow = task({
    name: "slow",
    run() {
      ran++;
      return end.opened;
    },
  });
  const { store, control } = faulty(memory());
  const { scheduler, clock, types } = setUp({ store, tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(slow);
  await settle(clock);
  control.fault = away;
  end.open("worth keeping");
  await clock.advance({ seconds: 20 });
  control.fault = undefined;
  await clock.advance({ seconds: 20 });
  assert.equal(await handle.result(), "worth keeping");
  assert.equal(ran, 1);
  assert.deepEqual(types("jobFinished", "leaseLost"), ["jobFinished"]);
});

test("a completion is kept through a failure longer than the lease, as long as no other scheduler took the job", async () => {
  let ran = 0;
  const end = gate<string>();
  const slow = task({
    name: "slow",
    run() {
      ran++;
      return end.opened;
    },
  });
  const { store, control } = faulty(memory());
  const { scheduler, clock } = setUp({ store, tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(slow);
  await settle(clock);
  control.fault = away;
  end.open("worth keeping");
  await clock.advance({ minutes: 5 });
  control.fault = undefined;
  await clock.advance({ minutes: 1 });
  assert.equal(await handle.result(), "worth keeping");
  assert.equal(ran, 1);
});

test("work continues within a beat of a long failure, however short the lease is", async () => {
  const end = gate<string>();
  const slow = task({ name: "slow", run: () => end.opened });
  const { store, control } = faulty(memory());
  const { scheduler, clock } = setUp({ store, tasks: [quick, slow], lease: { milliseconds: 1500 } });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const running = await scheduler.addJob(slow);
  const waiting = await scheduler.addJob(quick, undefined, { delay: { seconds: 5 } });
  await settle(clock);
  // The beats go on, or the run would be aborted.
  control.fault = (method) => method === "heartbeat" ? undefined : away();
  end.open("worth keeping");
  await clock.advance({ minutes: 1 });
  control.fault = undefined;
  // A third of the lease, and the quarter by which waits are spread.
  await clock.advance({ milliseconds: 625 });
  assert.equal((await running.status()).outcome, "success");
  assert.equal((await waiting.status()).outcome, "success");
});

test("an end whose result was lost is written once and reported once", async () => {
  const { store, control } = faulty(memory());
  const { scheduler, clock, types } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  control.lose = "endJobs";
  const handle = await scheduler.addJob(quick);
  await clock.advance({ seconds: 5 });
  assert.equal((await handle.status()).outcome, "success");
  assert.deepEqual(types("jobFinished", "jobStarted"), ["jobStarted", "jobFinished"]);
});

test("calls made while the store fails throw what it threw, and nothing is half-written", async () => {
  const { store, control } = faulty(memory());
  const { scheduler } = setUp({ store, tasks: [quick] });
  await using _ = scheduler;
  await scheduler.addJob(quick);
  control.fault = away;
  await assert.rejects(scheduler.addJob(quick), /the store is away/);
  await assert.rejects(scheduler.getJobs(), /the store is away/);
  control.fault = undefined;
  assert.equal((await scheduler.getJobs()).items.length, 1);
});

test("stop() ends in time although ends of runs cannot be written", async () => {
  const { store, control } = faulty(memory());
  const { scheduler, clock } = setUp({ store, tasks: [quick] });
  await scheduler.startInBackground();
  await settle(clock);
  control.fault = (method) => method === "endJobs" ? away() : undefined;
  await scheduler.addJob(quick);
  await settle(clock);
  const stopping = scheduler.stop({ timeout: { seconds: 10 } });
  await clock.advance({ seconds: 16 });
  await stopping;
  await clock.advance({ seconds: 10 });
  assert.equal(clock.pendingTimers, 0);
});

test("a run that breaks off inside the scheduler crashes nothing, and uses an attempt", async () => {
  const lines: string[] = [];
  const logger = { debug() {}, info() {}, warn() {}, error: (line: string) => void lines.push(line) };
  const random = () => {
    throw new Error("no chance");
  };
  let calls = 0;
  const fragile = task({
    name: "fragile",
    retry: { maxAttempts: 2 },
    run() {
      calls++;
      throw new Error("not yet");
    },
  });
  const { scheduler, clock } = setUp({ tasks: [fragile], logger, random });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(fragile);
  await clock.advance({ minutes: 2 });
  assert.deepEqual(lines, ["a run broke off", "a run broke off"]);
  const { outcome, error } = await handle.status();
  assert.deepEqual([outcome, error?.message, calls], ["error", "no chance", 2]);
});

test("a job whose parents cannot be read is handed back at a price, and ends as abandoned", async () => {
  let calls = 0;
  const parent = task({ name: "parent", run: () => "done" });
  const child = task({ name: "child", run: () => void calls++ });
  const { store, control } = faulty(memory());
  const { scheduler, clock } = setUp({ store, tasks: [parent, child] });
  await using _ = scheduler;
  const first = await scheduler.addJob(parent);
  const second = await scheduler.addJob(child, undefined, { after: [first.id] });
  control.fault = (method) => method === "getParents" ? Promise.reject(undefined) : undefined;
  await scheduler.startInBackground();
  await clock.advance({ minutes: 5 });
  const { outcome, error } = await second.status();
  assert.deepEqual([outcome, error?.message, calls], [
    "abandoned",
    "its run could not begin: undefined (3 times)",
    0,
  ]);
});
