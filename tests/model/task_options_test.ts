import assert from "node:assert/strict";
import { type DefaultOptions, resolveRunOptions } from "../../src/model/task_options.ts";
import { test } from "../harness.ts";
import { thrown } from "../registry/thrown.ts";

const where = "task 'a'";

/** Options as code without types may give them. */
function resolve(options: unknown): unknown {
  return resolveRunOptions(options as DefaultOptions, where);
}

test("resolveRunOptions() returns only the given options", () => {
  assert.deepEqual(resolveRunOptions({}, where), {});
  assert.deepEqual(resolve({ priority: undefined, name: "other keys are left alone" }), {});
});

test("resolveRunOptions() gives the stored form of every option", () => {
  const given: Required<DefaultOptions> = {
    priority: -3,
    ageing: { minutes: 2 },
    timeout: { minutes: 1 },
    retry: { maxAttempts: 2 },
    timeToLive: "PT1H",
    retention: { success: null },
    executor: "threads",
    onLostLease: "abandon",
    maxLostLeases: 1,
    maxRunningJobs: 4,
    misfireGraceTime: { seconds: 5 },
    tags: ["gpu", "big", "gpu"],
  };
  assert.deepEqual(resolveRunOptions(given, where), {
    priority: -3,
    ageingMs: 120_000,
    timeoutMs: 60_000,
    retry: {
      maxAttempts: 2,
      backoff: { kind: "exponential", baseMs: 1000, factor: 2, capMs: 3_600_000, jitter: 0.1 },
    },
    timeToLiveMs: 3_600_000,
    retention: { successMs: null, otherMs: 14 * 86_400_000 },
    executor: "threads",
    onLostLease: "abandon",
    maxLostLeases: 1,
    maxRunningJobs: 4,
    misfireGraceTimeMs: 5000,
    tags: ["big", "gpu"],
  });
});

test("resolveRunOptions() takes null for none where there can be none", () => {
  const none = {
    ageing: null,
    timeout: null,
    timeToLive: null,
    executor: null,
    maxRunningJobs: null,
    misfireGraceTime: null,
  };
  assert.deepEqual(resolveRunOptions(none, where), {
    ageingMs: null,
    timeoutMs: null,
    timeToLiveMs: null,
    executor: null,
    maxRunningJobs: null,
    misfireGraceTimeMs: null,
  });
});

test("resolveRunOptions() refuses what breaks a rule, naming the option, the place and the value", () => {
  const cases: [unknown, RegExp][] = [
    [{ priority: 1.5 }, /^Option 'priority' of task 'a' must be a whole number, but got 1.5$/],
    [{ priority: "high" }, /must be a whole number, but got 'high'/],
    [{ timeout: { seconds: 0 } }, /'timeout' of task 'a' must be longer than zero/],
    [{ timeout: { months: 1 } }, /'timeout' of task 'a' must not use years or months/],
    [{ timeout: 5000 }, /'timeout' of task 'a' must be a duration such as/],
    [{ maxRunningJobs: 0 }, /null for no limit \(pause stops it\)/],
    [{ maxRunningJobs: Infinity }, /is null for no limit/],
    [{ maxRunningJobs: -1 }, /at least 1/],
    [{ onLostLease: "retyr" }, /one of 'retry', 'abandon', but got 'retyr'; did you mean 'retry'\?/],
    [{ maxLostLeases: 0 }, /at least 1/],
    [{ executor: "" }, /string that is not empty/],
    [
      { retention: { maxSuccess: 0 } },
      /'retention.maxSuccess' of task 'a' must be a whole number of at least 1/,
    ],
    [{ retention: 5 }, /'retention' of task 'a' must be an object/],
    [
      { retention: { sucess: null } },
      /no option 'sucess' for 'retention' of task 'a'; did you mean 'success'\?/,
    ],
    [{ retention: { success: { days: -1 } } }, /'retention.success' of task 'a' must not be negative/],
  ];
  for (const [options, message] of cases) {
    assert.match(thrown(() => resolve(options), "invalidOption").message, message);
  }
});
