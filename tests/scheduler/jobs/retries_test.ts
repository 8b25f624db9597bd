import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { isCarillonError } from "../../../src/errors.ts";
import type { RetryOptions, TaskRetryOptions } from "../../../src/model/retry_options.ts";
import { test } from "../../harness.ts";
import { settle, setUp, START_MS } from "../fixtures.ts";

/** Runs a task that always fails under these options; returns the seconds at which it was tried. */
async function attemptsOf(retry: TaskRetryOptions, job?: RetryOptions): Promise<number[]> {
  const at: number[] = [];
  const failing = task({
    name: "failing",
    retry,
    run() {
      at.push((clock.nowMs() - START_MS) / 1000);
      throw new Error(`failure ${at.length}`);
    },
  });
  const { scheduler, clock } = setUp({ tasks: [failing], lease: { hours: 6 } });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(failing, undefined, job ? { retry: job } : {});
  await clock.advance({ hours: 3 });
  return at;
}

test("a failed job is not tried again unless told to", async () => {
  assert.deepEqual(await attemptsOf({ maxAttempts: 1 }), [0]);
});

test("fixed back-off waits the same each time", async () => {
  assert.deepEqual(await attemptsOf({ maxAttempts: 4, backoff: "fixed", base: { seconds: 10 }, jitter: 0 }), [
    0,
    10,
    20,
    30,
  ]);
});

test("exponential back-off grows by its factor up to its cap", async () => {
  const retry = { maxAttempts: 6, base: { seconds: 1 }, factor: 3, cap: { seconds: 10 }, jitter: 0 };
  assert.deepEqual(await attemptsOf(retry), [0, 1, 4, 13, 23, 33]);
});

test("the default back-off is exponential from a second, capped at an hour", async () => {
  const at = await attemptsOf({ maxAttempts: 14, jitter: 0 });
  const waits = at.slice(1).map((second, i) => second - at[i]!);
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600]);
});

test("jitter only ever adds", async () => {
  const at = await attemptsOf({ maxAttempts: 30, backoff: "fixed", base: { seconds: 10 }, jitter: 0.5 });
  const waits = at.slice(1).map((second, i) => second - at[i]!);
  assert.ok(waits.every((wait) => wait >= 10 && wait <= 15), JSON.stringify(waits));
  assert.ok(new Set(waits).size > 5);
});

test("a task's own back-off function decides; what a job says about waiting wins over it", async () => {
  const retry: TaskRetryOptions = { maxAttempts: 4, backoff: (attempt) => ({ seconds: attempt * attempt }) };
  assert.deepEqual(await attemptsOf(retry), [0, 1, 5, 14]);
  const job = { maxAttempts: 3, backoff: "fixed", base: { seconds: 2 }, jitter: 0 } as const;
  assert.deepEqual(await attemptsOf(retry, job), [0, 2, 4]);
});

test("retryIf decides by the error and the attempt", async () => {
  const seen: unknown[] = [];
  const at = await attemptsOf({
    maxAttempts: 5,
    base: { seconds: 1 },
    jitter: 0,
    retryIf(error, attempt) {
      seen.push([(error as Error).message, attempt]);
      return attempt < 2;
    },
  });
  assert.deepEqual(at, [0, 1]);
  assert.deepEqual(seen, [["failure 1", 1], ["failure 2", 2]]);
});

test("a job that succeeds at a later attempt is a success, and each attempt is told", async () => {
  let attempts = 0;
  const flaky = task({
    name: "flaky",
    retry: { maxAttempts: 3, base: { seconds: 5 }, jitter: 0 },
    run(_input, { job }) {
      attempts = job.attempt;
      if (job.attempt < 3) throw new Error(`failure ${job.attempt}`);
      return "at last";
    },
  });
  const { scheduler, clock, events } = setUp({ tasks: [flaky] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(flaky);
  await settle(clock);
  const waiting = await handle.status();
  assert.deepEqual([waiting.state, waiting.error?.message], ["scheduled", "failure 1"]);
  assert.equal(waiting.runAt.toString(), "2026-01-01T00:00:05Z");
  await clock.advance({ seconds: 15 });
  assert.equal(await handle.result(), "at last");
  assert.equal(attempts, 3);
  assert.equal((await handle.status()).error, undefined);
  const retrying = events.filter((event) => event.type === "jobRetrying");
  assert.deepEqual(retrying.map((event) => "reason" in event && event.reason), ["failure 1", "failure 2"]);
  assert.deepEqual(retrying.map((event) => "runAtMs" in event && event.runAtMs), [
    START_MS + 5000,
    START_MS + 15_000,
  ]);
});

test("waiting for another attempt holds no slot", async () => {
  const order: string[] = [];
  const failing = task({
    name: "one slot",
    retry: { maxAttempts: 2, base: { minutes: 1 } },
    run(_input, { job }) {
      order.push(job.id);
      if (job.id === "a" && job.attempt === 1) throw new Error("again");
    },
  });
  const { scheduler, clock } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addJob(failing, undefined, { id: "a" });
  await scheduler.addJob(failing, undefined, { id: "b" });
  await clock.advance({ minutes: 2 });
  assert.deepEqual(order, ["a", "b", "a"]);
});

test("runJob() on a scheduler that is not started waits for the attempts and throws the last error's cause", async () => {
  let attempts = 0;
  class DiskError extends Error {
    override readonly name = "DiskError";
  }
  const failing = task({
    name: "failing",
    retry: { maxAttempts: 3, base: { seconds: 2 }, jitter: 0 },
    run() {
      throw new DiskError(`full ${++attempts}`);
    },
  });
  const { scheduler, clock } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  const running = assert.rejects(scheduler.runJob(failing), (error) => {
    assert.ok(isCarillonError(error, "jobFailed"));
    assert.equal((error.cause as Error).name, "DiskError");
    assert.equal(error.details["attempt"], 3);
    return /full 3/.test(error.message);
  });
  await clock.advance({ seconds: 10 });
  await running;
});
