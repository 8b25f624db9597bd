import assert from "node:assert/strict";
import type { JobEnding } from "../../../src/model/job_record.ts";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { faulty, gate, settle, setUp } from "../fixtures.ts";

const JOBS = 20;
const one = task({ name: "one", run: () => "ran" });

/** The ends that a call of `claimJobs` takes along. */
function endsOf(method: string, args: readonly unknown[]): readonly JobEnding[] {
  return method === "claimJobs" ? args[1] as readonly JobEnding[] ?? [] : [];
}

/** The calls that claim or end. */
function writes(calls: readonly string[]): readonly string[] {
  return calls.filter((call) => call === "claimJobs" || call === "endJobs");
}

for (const [kind, make] of Object.entries({ memory, libsql: () => libsql(":memory:") })) {
  test(`a job at its task's limit ends and gives way to the next in one call of the store: ${kind}`, async () => {
    const { store, calls } = faulty(make());
    const { scheduler, clock } = setUp({ store, tasks: [one] });
    await using _ = scheduler;
    const handles = await scheduler.addJobs(one, Array(JOBS).fill(undefined));
    await scheduler.startInBackground();
    await scheduler.runUntilIdle();
    await settle(clock);
    // Behind the last one nobody is left.
    assert.deepEqual(writes(calls), [...Array(JOBS).fill("claimJobs"), "endJobs"]);
    assert.deepEqual(await Promise.all(handles.map((job) => job.result())), Array(JOBS).fill("ran"));
  });
}

test("the place of a run that ends goes to the next job in the same call, and no more than the limit run", async () => {
  let running = 0;
  let most = 0;
  const slow = task({
    name: "slow",
    maxRunningJobs: null,
    async run() {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
    },
  });
  const { store, calls } = faulty(memory());
  const { scheduler } = setUp({ store, tasks: [slow], maxConcurrentJobs: 2 });
  await using _ = scheduler;
  await scheduler.addJobs(slow, Array(JOBS).fill(undefined));
  await scheduler.runUntilIdle();
  assert.equal(most, 2);
  // Behind the last of them nobody waits for a place.
  assert.deepEqual(writes(calls), [...Array(JOBS / 2).fill("claimJobs"), "endJobs"]);
});

test("runs are reported as finished before what was taken in their place is reported as started", async () => {
  const { scheduler, types } = setUp({ tasks: [one] });
  await using _ = scheduler;
  await scheduler.addJobs(one, [undefined, undefined]);
  await scheduler.runUntilIdle();
  const each = ["jobClaimed", "jobStarted", "jobFinished"];
  assert.deepEqual(types("jobClaimed", "jobStarted", "jobFinished"), [...each, ...each]);
});

test("a claim that fails with ends in it is made again without them, and they are written alone", async () => {
  const { store, control, calls } = faulty(memory());
  let failures = 0;
  control.fault = (method, args) => {
    if (endsOf(method, args).length === 0 || failures === 1) return undefined;
    failures++;
    return Promise.reject(new Error("one of them is guilty"));
  };
  const { scheduler, clock, types } = setUp({ store, tasks: [one] });
  await using _ = scheduler;
  const handles = await scheduler.addJobs(one, Array(3).fill(undefined));
  await scheduler.startInBackground();
  await settle(clock);
  assert.deepEqual(await Promise.all(handles.map((job) => job.result())), ["ran", "ran", "ran"]);
  // The first one, and the last one, behind which nobody is left.
  assert.equal(writes(calls).filter((call) => call === "endJobs").length, 2);
  assert.equal(types("jobFinished").length, 3);
  assert.deepEqual(types("storeFailed"), []);
});

test("an end that cannot be written keeps the place of its run, and the others go on", async () => {
  const many = task({ name: "many", maxRunningJobs: null, run: () => "ran" });
  const { store, control } = faulty(memory());
  let guilty = true;
  const isGuilty = (ends: readonly JobEnding[]) => guilty && ends.some(({ fence }) => fence.seq === 1);
  control.fault = (method, args) =>
    isGuilty(method === "endJobs" ? args[0] as readonly JobEnding[] : endsOf(method, args))
      ? Promise.reject(new Error("no room for this one"))
      : undefined;
  const { scheduler, clock } = setUp({ store, tasks: [many], maxConcurrentJobs: 2 });
  await using _ = scheduler;
  const handles = await scheduler.addJobs(many, Array(6).fill(undefined));
  await scheduler.startInBackground();
  await settle(clock);
  const states = async () => await Promise.all(handles.map(async (job) => (await job.status()).state));
  assert.deepEqual(await states(), ["running", ...Array(5).fill("finished")]);
  guilty = false;
  await clock.advance({ seconds: 1 });
  assert.equal(await handles[0]!.result(), "ran");
});

test("a claim with ends in it whose result is lost loses neither: what it took is handed back and runs", async () => {
  const { store, control } = faulty(memory());
  const { scheduler, clock, types } = setUp({ store, tasks: [one] });
  await using _ = scheduler;
  const handles = await scheduler.addJobs(one, Array(3).fill(undefined));
  control.fault = (method, args) => {
    if (endsOf(method, args).length > 0) control.lose = "claimJobs";
    if (control.lose) control.fault = undefined;
    return undefined;
  };
  await scheduler.startInBackground();
  await settle(clock);
  assert.equal((await handles[0]!.status()).outcome, "success");
  assert.equal((await handles[1]!.status()).state, "running");
  await clock.advance({ minutes: 1 });
  assert.equal(types("jobHandedBack").length, 1);
  assert.deepEqual(await Promise.all(handles.map((job) => job.result())), ["ran", "ran", "ran"]);
});

test("nothing is taken any more by the end of a run that stop() or pause() waits for", async () => {
  for (const how of ["stop", "pause"] as const) {
    const over = gate();
    const held = task({ name: "held", run: () => over.opened });
    const { store, calls } = faulty(memory());
    const { scheduler, clock } = setUp({ store, tasks: [held] });
    await using _ = scheduler;
    const [first, second] = await scheduler.addJobs(held, [undefined, undefined]);
    await scheduler.startInBackground();
    await settle(clock);
    const stopping = scheduler[how]();
    await settle(clock);
    calls.length = 0;
    over.open();
    await stopping;
    await settle(clock);
    assert.deepEqual(writes(calls), ["endJobs"], how);
    assert.equal((await first!.status()).outcome, "success", how);
    assert.equal((await second!.status()).attempt, 0, how);
  }
});

test("whenever stop() or pause() comes, the end of a run that a claim was to take along is written", async () => {
  for (const how of ["stop", "pause"] as const) {
    for (let depth = 0; depth < 24; depth++) {
      const { store } = faulty(memory());
      let ran = 0;
      const interrupting = task({
        name: "interrupting",
        run() {
          if (ran++ > 0) return;
          let later = Promise.resolve();
          for (let left = depth; left > 0; left--) later = later.then(() => {});
          void later.then(() => how === "stop" ? scheduler.stop({ wait: false }) : scheduler.pause());
        },
      });
      const { scheduler, clock } = setUp({ store, tasks: [interrupting] });
      await using _ = scheduler;
      const [first, second] = await scheduler.addJobs(interrupting, [undefined, undefined]);
      await scheduler.startInBackground();
      await settle(clock);
      assert.equal((await first!.status()).outcome, "success", `${how} ${depth}`);
      const { state } = await second!.status();
      assert.equal(state === "finished" ? 2 : 1, ran, `${how} ${depth}: ${state}`);
      assert.notEqual(state, "running", `${how} ${depth}`);
    }
  }
});
