import assert from "node:assert/strict";
import { z } from "zod";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task, taskRef } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { faulty, gate, settle, setUp } from "../fixtures.ts";

/** A started scheduler and the calls of its store. */
async function started(maxRunningJobs: number | null, maxConcurrentJobs = 10) {
  const order: string[] = [];
  const opened = gate();
  const note = task({
    name: "note",
    maxRunningJobs,
    input: z.string(),
    run: async (name) => {
      order.push(name);
      await opened.opened;
    },
  });
  const real = memory();
  const { store, control, calls } = faulty(real);
  const { scheduler, clock } = setUp({ store, tasks: [note], maxConcurrentJobs });
  await scheduler.startInBackground();
  await settle(clock);
  calls.length = 0;
  return { scheduler, clock, real, calls, control, note, order, open: opened.open };
}

test("addJob() starts a job where nothing waits before it, without looking for it", async () => {
  const { scheduler, clock, calls, note, order, open } = await started(null);
  await using _ = scheduler;
  await Promise.all([scheduler.addJob(note, "a"), scheduler.addJob(note, "b")]);
  assert.deepEqual(order, ["a", "b"]);
  assert.deepEqual(calls, ["addJobs"], "one call for both");
  open();
  await settle(clock);
  assert.deepEqual(calls.filter((call) => call !== "endJobs"), ["addJobs"]);
});

test("addJob() leaves a job to be taken in its turn where others wait for slots of this scheduler", async () => {
  const { scheduler, clock, note, order, open } = await started(null, 2);
  await using _ = scheduler;
  await scheduler.addJobs(note, ["a", "b", "c"]);
  await settle(clock);
  assert.deepEqual(order, ["a", "b"]);
  await scheduler.addJob(note, "urgent", { priority: 1 });
  await settle(clock);
  open();
  await settle(clock);
  assert.deepEqual(order, ["a", "b", "urgent", "c"]);
});

test("addJob() beside a claim waits for it, and starts its job as it is added", async () => {
  const { scheduler, clock, real, calls, control, note, order, open } = await started(null);
  await using _ = scheduler;
  const held = gate();
  control.fault = (method, args) => {
    if (method !== "claimJobs") return undefined;
    control.fault = undefined;
    return held.opened.then(() => real.claimJobs(...args as Parameters<typeof real.claimJobs>));
  };
  scheduler.pause();
  scheduler.resume();
  await settle(clock);
  const adding = scheduler.addJob(note, "a");
  await settle(clock);
  assert.deepEqual(calls.filter((call) => call !== "getTasks" && call !== "dueSchedules"), ["claimJobs"]);
  held.open();
  await adding;
  assert.deepEqual(order, ["a"]);
  await settle(clock);
  assert.equal(calls.filter((call) => call === "claimJobs").length, 1, "nothing was left to look for");
  open();
});

test("addJob() lets the next job of a limited task start as soon as one is over", async () => {
  const { scheduler, clock, note, order, open } = await started(1);
  await using _ = scheduler;
  for (const name of ["a", "b", "c"]) await scheduler.addJob(note, name);
  await settle(clock);
  assert.deepEqual(order, ["a"]);
  open();
  await settle(clock);
  assert.deepEqual(order, ["a", "b", "c"]);
});

test("addJob() starts nothing on a scheduler that is paused or stops", async () => {
  const { scheduler, clock, note, order, open } = await started(null);
  await using _ = scheduler;
  scheduler.pause();
  await scheduler.addJob(note, "a");
  await settle(clock);
  assert.deepEqual(order, []);
  scheduler.resume();
  await settle(clock);
  assert.deepEqual(order, ["a"]);
  const stopping = scheduler.stop();
  const late = await scheduler.addJob(note, "late");
  assert.equal((await late.status()).state, "ready");
  open();
  await settle(clock);
  await stopping;
  assert.deepEqual(order, ["a"]);
});

test("stop() waits for jobs that are just being taken, and for their runs", async () => {
  const { scheduler, clock, real, control, note, order, open } = await started(null);
  await using _ = scheduler;
  const held = gate();
  control.fault = (method, args) => {
    if (method !== "addJobs") return undefined;
    control.fault = undefined;
    return held.opened.then(() => real.addJobs(...args as Parameters<typeof real.addJobs>));
  };
  const adding = scheduler.addJob(note, "a");
  await settle(clock);
  let stopped = false;
  const stopping = scheduler.stop().then(() => stopped = true);
  await settle(clock);
  assert.equal(stopped, false);
  held.open();
  await settle(clock);
  assert.deepEqual(order, ["a"]);
  assert.equal(stopped, false);
  open();
  await settle(clock);
  await stopping;
  assert.equal((await (await adding).status()).outcome, "success");
});

test("addJobs() that fails takes no job of another call with it", async () => {
  const { scheduler, note, order, control, open } = await started(null);
  await using _ = scheduler;
  let failed = 0;
  control.fault = (method, args) => {
    if (method !== "addJobs" || !JSON.stringify(args[0]).includes("bad")) return undefined;
    failed++;
    return Promise.reject(new Error("cannot be stored"));
  };
  const results = await Promise.allSettled(["a", "bad", "b"].map((name) => scheduler.addJob(note, name)));
  assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assert.deepEqual(order.toSorted(), ["a", "b"]);
  assert.equal(failed, 2);
  open();
});

/** Runs jobs of a task, each until `end` is called for it. */
async function endedByHand(maxConcurrentJobs: number) {
  const ends: (() => void)[] = [];
  const note = task({
    name: "note",
    maxRunningJobs: null,
    run: () => new Promise<void>((resolve) => ends.push(resolve)),
  });
  const real = memory();
  const { store, control, calls } = faulty(real);
  const { scheduler, clock } = setUp({ store, tasks: [note], maxConcurrentJobs });
  await scheduler.startInBackground();
  await settle(clock);
  const end = async () => {
    ends.shift()!();
    await settle(clock);
  };
  return { scheduler, clock, real, control, calls, note, end };
}

test("addJob() still starts a job without looking for it after a look that found no room and nobody waiting", async () => {
  const { scheduler, clock, calls, note, end } = await endedByHand(1);
  await using _ = scheduler;
  await scheduler.addJob(note);
  await end();
  await scheduler.addJob(note);
  calls.length = 0;
  await clock.advance({ seconds: 2 });
  assert.ok(calls.includes("claimJobs"), "it looks now and then");
  calls.length = 0;
  await end();
  await scheduler.addJob(note);
  await end();
  assert.deepEqual(calls, ["endJobs", "addJobs", "endJobs"]);
});

test("a job that somebody else added is looked for as soon as there is room, once a look without room has seen it", async () => {
  const { scheduler, clock, real, calls, note, end } = await endedByHand(1);
  await using _ = scheduler;
  await scheduler.addJob(note);
  await end();
  await scheduler.addJob(note);
  await using other = new Scheduler({ store: real, clock, role: "client" });
  const job = await other.addJob(taskRef<typeof note>("note"));
  await clock.advance({ seconds: 2 });
  calls.length = 0;
  await end();
  assert.ok(calls.includes("claimJobs"));
  assert.equal((await job.status()).state, "running");
  await end();
});

test("addJob() where others wait looks for a job once that a look on its way has taken, and again for one that it has not", async () => {
  for (const taken of [true, false]) {
    const { scheduler, clock, real, control, calls, note, end } = await endedByHand(2);
    await using _ = scheduler;
    await scheduler.addJobs(note, [undefined, undefined, undefined]);
    await settle(clock);
    const held = gate();
    control.fault = (method, args) => {
      if (method !== "claimJobs") return undefined;
      control.fault = undefined;
      const claim = () => real.claimJobs(...args as Parameters<typeof real.claimJobs>);
      if (taken) return held.opened.then(claim);
      const answer = claim();
      return held.opened.then(() => answer);
    };
    await Promise.all([end(), end()]);
    assert.equal(control.fault, undefined, "a look is on its way");
    const job = await scheduler.addJob(note);
    calls.length = 0;
    held.open();
    await settle(clock);
    assert.equal((await job.status()).state, "running");
    assert.equal(calls.filter((call) => call === "claimJobs").length, taken ? 0 : 1);
    await end();
    await end();
  }
});
