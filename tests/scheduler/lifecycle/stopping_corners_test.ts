import assert from "node:assert/strict";
import { z } from "zod";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import type { Logger } from "../../../src/model/logger.ts";
import { sleep } from "../../../src/time/clock.ts";
import { test } from "../../harness.ts";
import { faulty, gate, refusal, settle, setUp } from "../fixtures.ts";

/** A logger that keeps the messages of warnings and errors. */
function keeping(): { readonly lines: string[]; readonly logger: Logger } {
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  return { lines, logger: { debug() {}, info() {}, warn: keep, error: keep } };
}

test("stop() while runJob works on a scheduler that is not started lets the job that runs end, and starts no other", async () => {
  const started: number[] = [];
  const slow = task({
    name: "slow",
    input: z.number(),
    async run(input) {
      started.push(input);
      await sleep(clock, 200);
      return input;
    },
  });
  const { scheduler, clock } = setUp({ tasks: [slow], maxConcurrentJobs: 1 });
  const runs = [1, 2, 3, 4, 5].map((input) => scheduler.runJob(slow, input));
  const ended = Promise.allSettled(runs);
  await clock.advance({ milliseconds: 450 });
  const stopping = scheduler.stop();
  await assert.rejects(scheduler.runJob(slow, 6), refusal("schedulerStopped"));
  await clock.advance({ seconds: 1 });
  await stopping;
  const codes = (await ended).map((one) => one.status === "fulfilled" ? one.value : one.reason.code);
  assert.deepEqual(codes, [1, 2, 3, "schedulerStopped", "schedulerStopped"]);
  await clock.advance({ minutes: 5 });
  assert.deepEqual(started, [1, 2, 3]);
  assert.equal(clock.pendingTimers, 0);
  const again = scheduler.runJob(slow, 7);
  await clock.advance({ seconds: 1 });
  assert.equal(await again, 7);
});

test("stop(), runUntilIdle() and their like reject at once inside a job, stop({ wait: false }) stops it", async () => {
  const refused: string[] = [];
  const calls = {
    stop: () => scheduler.stop(),
    hurry: () => scheduler.stop({ drain: false }),
    dispose: () => scheduler[Symbol.asyncDispose](),
    runUntilIdle: () => scheduler.runUntilIdle(),
    runUntilStopped: () => scheduler.runUntilStopped({ signals: false }),
    tick: () => scheduler.tick(),
    removeStore: () => scheduler.removeStore("main"),
  };
  const last = task({
    name: "last",
    async run() {
      for (const [name, call] of Object.entries(calls)) {
        await assert.rejects(call(), refusal("invalidOperation", /inside job/));
        refused.push(name);
      }
      await (currentScheduler() as typeof scheduler).stop({ wait: false });
      return "asked";
    },
  });
  const { scheduler, clock } = setUp({ tasks: [last], store: memory() });
  const job = await scheduler.addJob(last);
  const running = scheduler.runUntilStopped({ signals: false });
  await settle(clock);
  await running;
  assert.equal((await job.status()).outcome, "success");
  assert.deepEqual(refused, Object.keys(calls));
  await scheduler.stop();
});

test("stop() rejects inside a batch and a job of runJob, and not in a listener or after the job", async () => {
  const errors: unknown[] = [];
  const refuse = () => scheduler.stop().catch((error) => errors.push(error.code));
  const later = gate();
  const stopped = gate();
  const batch = task({
    name: "batch",
    batch: { size: 2 },
    run: async (inputs: readonly unknown[]) => {
      await refuse();
      return inputs;
    },
  });
  const starts = task({
    name: "starts",
    async run() {
      await refuse();
      void later.opened.then(() => scheduler.stop()).then(stopped.open);
    },
  });
  const adds = task({
    name: "adds",
    run: async () => void await scheduler.addJob(starts, undefined, { id: "heard" }),
  });
  const { scheduler, clock } = setUp({ tasks: [batch, starts, adds] });
  await scheduler.runJob(batch);
  await scheduler.runJob(starts);
  assert.deepEqual(errors, ["invalidOperation", "invalidOperation"]);
  later.open();
  await stopped.opened;
  let heard: Promise<void> | undefined;
  scheduler.subscribe(({ jobId }) => {
    if (jobId === "heard") heard = scheduler.stop();
  }, { types: "jobAdded" });
  await scheduler.runJob(adds);
  await heard;
  assert.equal(clock.pendingTimers, 0);
});

test("stop() of a job that ignores its signal ends within 25 seconds, also on a store that no longer replies", async () => {
  for (const hangs of [false, true]) {
    const { store, control } = faulty(memory());
    const { lines, logger } = keeping();
    const aborted: number[] = [];
    const end = gate();
    const deaf = task({
      name: "deaf",
      async run(_input, { signal }) {
        signal.addEventListener("abort", () => aborted.push(clock.monotonicMs() - fromMs));
        await end.opened;
      },
    });
    const { scheduler, clock } = setUp({ store, logger, tasks: [deaf] });
    scheduler.subscribe(() => scheduler.stop(), { types: "schedulerStopping" });
    await scheduler.startInBackground();
    await scheduler.addJob(deaf);
    await settle(clock);
    if (hangs) control.fault = () => new Promise(() => {});
    const fromMs = clock.monotonicMs();
    let tookMs = Infinity;
    const stopping = scheduler.stop().then(() => tookMs = clock.monotonicMs() - fromMs);
    await clock.advance({ seconds: 30 });
    await stopping;
    assert.deepEqual(aborted, [20_000]);
    assert.ok(tookMs <= 25_000, `it took ${tookMs} ms`);
    assert.equal(lines.includes("stopped with jobs that ignore their abort signal"), true);
    end.open();
    control.fault = undefined;
    await settle(clock);
  }
});

test("stop() with the store gone ends in 5 seconds, and calls a job whose end could not be written not stuck", async () => {
  for (const gone of [() => Promise.reject(new Error("gone")), () => new Promise(() => {})]) {
    const { store, control } = faulty(memory());
    const { lines, logger } = keeping();
    const end = gate();
    const ends = task({ name: "ends", run: () => end.opened });
    const { scheduler, clock } = setUp({ store, logger, tasks: [ends] });
    await scheduler.startInBackground();
    await scheduler.addJob(ends);
    await settle(clock);
    control.fault = gone;
    end.open();
    await settle(clock);
    const fromMs = clock.monotonicMs();
    let tookMs = Infinity;
    const stopping = scheduler.stop().then(() => tookMs = clock.monotonicMs() - fromMs);
    await clock.advance({ seconds: 30 });
    await stopping;
    assert.ok(tookMs <= 5000, `it took ${tookMs} ms`);
    assert.equal(lines.some((line) => /ignore/.test(line)), false);
    assert.equal(lines.filter((line) => /will run again/.test(line)).length, 1);
  }
});

test("stop() aborts what runs when the store has been gone for a while", async () => {
  const { store, control } = faulty(memory());
  const { logger } = keeping();
  const minute = task({ name: "minute", run: (_input, { signal }) => sleep(clock, 60_000, signal) });
  const { scheduler, clock } = setUp({ store, logger, tasks: [minute] });
  await scheduler.startInBackground();
  await scheduler.addJob(minute);
  await settle(clock);
  control.fault = () => Promise.reject(new Error("gone"));
  const fromMs = clock.monotonicMs();
  let tookMs = Infinity;
  const stopping = scheduler.stop().then(() => tookMs = clock.monotonicMs() - fromMs);
  await clock.advance({ seconds: 30 });
  await stopping;
  assert.ok(tookMs <= 7000, `it took ${tookMs} ms`);
});
