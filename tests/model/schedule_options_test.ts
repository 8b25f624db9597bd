import assert from "node:assert/strict";
import {
  resolveScheduleOptions,
  resolveSchedulePolicies,
  type ScheduleSettings,
} from "../../src/model/schedule_options.ts";
import { test } from "../harness.ts";
import { thrown } from "../registry/thrown.ts";

const where = "schedule 'daily'";

test("resolveSchedulePolicies() fills in the defaults table", () => {
  assert.deepEqual(resolveSchedulePolicies({}, where), {
    coalesce: "latest",
    overlap: "queueOne",
    jitterMs: 0,
    spreadMs: 0,
    maxRuns: null,
    maxRunningJobs: null,
    concurrencyKey: null,
    rateKey: null,
    overrides: {},
  });
});

test("resolveSchedulePolicies() keeps its own limit apart from what it overrides of the task", () => {
  const policies = resolveSchedulePolicies({
    coalesce: "all",
    overlap: "allow",
    jitter: { seconds: 3 },
    spread: "PT1M",
    maxRuns: 10,
    maxRunningJobs: 2,
    misfireGraceTime: { minutes: 5 },
    priority: 4,
  }, where);
  assert.deepEqual(policies, {
    coalesce: "all",
    overlap: "allow",
    jitterMs: 3000,
    spreadMs: 60_000,
    maxRuns: 10,
    maxRunningJobs: 2,
    concurrencyKey: null,
    rateKey: null,
    overrides: { misfireGraceTimeMs: 300_000, priority: 4 },
  });
});

test("resolveScheduleOptions() fills in the rest and leaves the input as it is", () => {
  const input = { day: new Date(0) };
  const options = { id: "daily", input, metadata: { a: 1 } } as ScheduleSettings;
  const { policies: _, ...rest } = resolveScheduleOptions(options, where);
  assert.deepEqual(rest, {
    id: "daily",
    description: null,
    metadata: { a: 1 },
    paused: false,
    conflictPolicy: "replace",
    store: undefined,
    input,
  });
});

test("resolveScheduleOptions() refuses what breaks a rule, naming the schedule", () => {
  const cases: [unknown, RegExp][] = [
    [5, /The options of schedule 'daily' must be an object, but got 5/],
    [{ overlap: "queueOn" }, /'overlap' of schedule 'daily' must be one of .*; did you mean 'queueOne'\?/],
    [{ coalesce: "none" }, /must be one of 'latest', 'earliest', 'all', but got 'none'/],
    [{ conflictPolicy: "fail" }, /'replace', 'doNothing', 'exception'/],
    [{ jitter: { seconds: 0 } }, /'jitter' of schedule 'daily' must be longer than zero/],
    [{ maxRuns: 0 }, /at least 1 or null/],
    [{ paused: "no" }, /'paused' of schedule 'daily' must be true or false, but got 'no'/],
    [{ id: "" }, /'id' of schedule 'daily' must be a string that is not empty/],
    [{ retry: { maxAttempts: 2, retryIf: () => true } }, /give it to the task/],
    [{ timezone: "UTC" }, /no option 'timezone' for schedule 'daily'/],
    [{ metadata: [] }, /'metadata' of schedule 'daily' must be an object of JSON values/],
  ];
  for (const [options, message] of cases) {
    const { message: said } = thrown(
      () => resolveScheduleOptions(options as ScheduleSettings, where),
      "invalidOption",
    );
    assert.match(said, message);
  }
});
