import assert from "node:assert/strict";
import { resolveRetry } from "../../src/model/retry_options.ts";
import { test } from "../harness.ts";
import { thrown } from "../registry/thrown.ts";

const where = "task 'a'";

test("resolveRetry() fills in the defaults of the stored back-off", () => {
  assert.deepEqual(resolveRetry({ maxAttempts: 5, backoff: "fixed", jitter: 0 }, where, false), {
    maxAttempts: 5,
    backoff: { kind: "fixed", baseMs: 1000, factor: 2, capMs: 3_600_000, jitter: 0 },
  });
});

test("resolveRetry() does not let the default cap cut a longer base", () => {
  const { backoff } = resolveRetry({ maxAttempts: 2, backoff: "fixed", base: { hours: 2 } }, where, false);
  assert.equal(backoff.capMs, 7_200_000);
});

test("resolveRetry() marks a function as custom where functions can be kept, and refuses it otherwise", () => {
  const backoff = () => ({ seconds: 1 });
  assert.equal(resolveRetry({ maxAttempts: 2, backoff }, where, true).backoff.kind, "custom");
  const refused = [{ maxAttempts: 2, backoff }, { maxAttempts: 2, retryIf: () => true }];
  for (const options of refused) {
    const { message } = thrown(() => resolveRetry(options, "a job", false), "invalidOption");
    assert.match(message, /of a job cannot be a function, which cannot be stored: give it to the task/);
  }
});

test("resolveRetry() refuses what breaks a rule", () => {
  const cases: [unknown, RegExp][] = [
    [3, /'retry' of task 'a' must be an object such as \{ maxAttempts: 5 \}, but got 3/],
    [{}, /'retry.maxAttempts' of task 'a' must be a whole number of at least 1, but got undefined/],
    [{ maxAttempts: 0 }, /at least 1/],
    [{ maxAttempts: Infinity }, /whole number/],
    [{ maxAttempts: 2, attempts: 3 }, /no option 'attempts' for 'retry'/],
    [{ maxAttempts: 2, backoff: "linear" }, /'exponential', 'fixed' or a function, but got 'linear'/],
    [{ maxAttempts: 2, factor: 0.5 }, /'retry.factor' of task 'a' must be a number of at least 1/],
    [{ maxAttempts: 2, jitter: 2 }, /'retry.jitter' of task 'a' must be a number from 0 to 1/],
    [{ maxAttempts: 2, jitter: NaN }, /from 0 to 1, but got NaN/],
    [{ maxAttempts: 2, base: { minutes: 2 }, cap: { minutes: 1 } }, /must not be shorter than 'base'/],
    [{ maxAttempts: 2, retryIf: true }, /'retry.retryIf' of task 'a' must be a function/],
  ];
  for (const [options, message] of cases) {
    assert.match(thrown(() => resolveRetry(options, where, true), "invalidOption").message, message);
  }
});
