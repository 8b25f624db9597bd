import assert from "node:assert/strict";
import type { StandardSchema } from "../../../src/model/standard_schema.ts";
import type { TaskRetryOptions } from "../../../src/model/retry_options.ts";
import { task } from "../../../src/registry/task.ts";
import { cbor } from "../../../src/serializers/cbor.ts";
import { plainJson } from "../../../src/serializers/plain_json.ts";
import { test } from "../../harness.ts";
import { make } from "../../hostile.ts";
import { settle, setUp } from "../fixtures.ts";

/** A scheduler that runs a task which always fails; resolves to how often, and the warnings. */
async function failing(retry: TaskRetryOptions) {
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, warn: (line: string) => void warnings.push(line), error() {} };
  let calls = 0;
  const fails = task({
    name: "fails",
    retry,
    run() {
      calls++;
      throw new Error("no");
    },
  });
  const { scheduler, clock } = setUp({ tasks: [fails], logger });
  await using _ = scheduler;
  const job = await scheduler.addJob(fails);
  await scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  const { outcome, error } = await job.status();
  const failed = warnings.filter((line) => line.includes("the default applies"));
  return { calls, outcome, message: error?.message, warnings: failed.length };
}

test("a back-off function that fails leaves the wait to the default, with a warning, and uses no attempt more", async () => {
  const functions: readonly (() => unknown)[] = [
    () => Promise.resolve({ seconds: 1 }),
    () => Promise.reject(new Error("late")),
    () => NaN,
    () => ({ seconds: NaN }),
    () => make({ atom: "getters" }),
    () => {
      throw Object.create(null);
    },
  ];
  for (const backoff of functions) {
    const seen = await failing({ maxAttempts: 3, backoff: backoff as () => never });
    assert.deepEqual(seen, { calls: 3, outcome: "error", message: "no", warnings: 2 });
  }
});

test("an asynchronous retryIf is awaited", async () => {
  for (const [is, calls] of [[false, 1], [true, 3]] as const) {
    const retryIf = (() => Promise.resolve(is)) as unknown as () => boolean;
    const seen = await failing({ maxAttempts: 3, retryIf });
    assert.deepEqual(seen, { calls, outcome: "error", message: "no", warnings: 0 });
  }
});

test("a retryIf that fails or never settles counts as true", async () => {
  const functions = [
    () => {
      throw undefined;
    },
    () => Promise.reject(Object.create(null)),
  ];
  for (const retryIf of functions) {
    const seen = await failing({ maxAttempts: 2, retryIf: retryIf as () => never });
    assert.deepEqual(seen, { calls: 2, outcome: "error", message: "no", warnings: 1 });
  }
  const never = (() => new Promise(() => {})) as unknown as () => boolean;
  assert.equal((await failing({ maxAttempts: 2, retryIf: never })).calls, 2);
});

/** A schema that accepts anything, later or never. */
function slowSchema(): {
  readonly schema: StandardSchema<unknown, unknown>;
  readonly control: { hangs: boolean };
} {
  const control = { hangs: false };
  const validate = (value: unknown) => control.hangs ? new Promise<never>(() => {}) : { value };
  return { schema: { "~standard": { version: 1, vendor: "slow", validate } }, control };
}

test("the timeout covers a schema that never settles, of the input as of the result, and frees the slot", async () => {
  const { schema, control } = slowSchema();
  let calls = 0;
  const options = { timeout: { seconds: 5 }, retry: { maxAttempts: 2, base: { seconds: 1 } } } as const;
  const checksInput = task({ ...options, name: "checksInput", input: schema, run: () => ++calls });
  const checksResult = task({ ...options, name: "checksResult", output: schema, run: () => 1 });
  const { scheduler, clock } = setUp({ tasks: [checksInput, checksResult] });
  await using _ = scheduler;
  const jobs = [await scheduler.addJob(checksInput, 1), await scheduler.addJob(checksResult)];
  control.hangs = true;
  await scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  for (const job of jobs) {
    const { outcome, attempt } = await job.status();
    assert.deepEqual([outcome, attempt], ["timedOut", 2]);
  }
  assert.equal(calls, 0);
});

test("a job whose input's schema never settles can be cancelled, and does not hold up a stop", async () => {
  const { schema, control } = slowSchema();
  const checks = task({ name: "checks", input: schema, maxRunningJobs: null, run: () => 1 });
  const { scheduler, clock } = setUp({ tasks: [checks] });
  await using _ = scheduler;
  const [cancelled, kept] = [await scheduler.addJob(checks, 1), await scheduler.addJob(checks, 2)];
  control.hangs = true;
  await scheduler.startInBackground();
  await settle(clock);
  await scheduler.cancelJob(cancelled.id);
  await settle(clock);
  assert.equal((await cancelled.status()).outcome, "cancelled");
  const stopped = scheduler.stop();
  await clock.advance({ minutes: 1 });
  await stopped;
  const { state, attempt, outcome } = await kept.status();
  assert.deepEqual([state === "running", attempt, outcome], [false, 0, undefined]);
});

test("a result of too many values ends the job as an error, and is not made again", async () => {
  for (const serializer of [plainJson, cbor]) {
    let calls = 0;
    const doubles = task({
      name: "doubles",
      retry: { maxAttempts: 3 },
      run() {
        calls++;
        return make({ atom: "doubled" });
      },
    });
    const { scheduler, clock } = setUp({ tasks: [doubles], serializer });
    await using _ = scheduler;
    const job = await scheduler.addJob(doubles);
    await scheduler.startInBackground();
    await clock.advance({ minutes: 1 });
    const { outcome, error } = await job.status();
    assert.deepEqual([outcome, error?.code, calls], ["error", "serializationFailed", 1]);
    assert.match(error?.message ?? "", /more than 1000000 values/);
  }
});

test("an input or result with a key named __proto__ is refused by that name", async () => {
  const value = JSON.parse('{"__proto__":1}') as unknown;
  const echo = task({ name: "echo", run: () => value });
  const { scheduler, clock } = setUp({ tasks: [echo] });
  await using _ = scheduler;
  const job = await scheduler.addJob(echo);
  await scheduler.startInBackground();
  await clock.advance({ seconds: 1 });
  assert.match((await job.status()).error?.message ?? "", /named __proto__/);
});
