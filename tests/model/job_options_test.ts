import assert from "node:assert/strict";
import { type JobOptions, resolveJobOptions } from "../../src/model/job_options.ts";
import { Temporal } from "../../src/time/temporal.ts";
import { test } from "../harness.ts";
import { thrown } from "../registry/thrown.ts";

const where = "a job of task 'a'";

test("resolveJobOptions() without options is a job at once", () => {
  assert.deepEqual(resolveJobOptions({}, where), {
    id: undefined,
    delayMs: 0,
    runAtMs: null,
    concurrencyKey: null,
    rateKey: null,
    identity: undefined,
    parents: undefined,
    metadata: {},
    store: undefined,
    transaction: undefined,
    overrides: {},
  });
});

test("resolveJobOptions() takes a delay, which may be zero, and what the job overrides", () => {
  const resolved = resolveJobOptions({ id: "x", delay: { seconds: 2 }, priority: 3, timeout: null }, where);
  assert.deepEqual([resolved.id, resolved.delayMs], ["x", 2000]);
  assert.deepEqual(resolved.overrides, { priority: 3, timeoutMs: null });
  assert.equal(resolveJobOptions({ delay: { seconds: 0 } }, where).delayMs, 0);
});

test("resolveJobOptions() takes runAt as an instant, and without an offset in the scheduler's zone", () => {
  const atMs = Date.parse("2026-06-01T10:00:00Z");
  const instants: NonNullable<JobOptions["runAt"]>[] = [
    Temporal.Instant.fromEpochMilliseconds(atMs),
    Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO("Asia/Tokyo"),
    new Date(atMs),
    "2026-06-01T12:00+02:00",
    "2026-06-01 12:00",
  ];
  for (const runAt of instants) {
    assert.equal(resolveJobOptions({ runAt }, where, "Europe/Berlin").runAtMs, atMs);
  }
  assert.equal(resolveJobOptions({ runAt: "2026-06-01 10:00" }, where).runAtMs, atMs);
});

test("resolveJobOptions() refuses what breaks a rule, naming the job", () => {
  const cases: [unknown, RegExp][] = [
    [{ delay: "PT1S", runAt: "2026-06-01T10:00Z" }, /cannot go with 'runAt'/],
    [{ runAt: "soon" }, /'runAt' of a job of task 'a' is not valid: .*'soon'/],
    [{ delay: { seconds: -1 } }, /'delay' of a job of task 'a' must not be negative/],
    [{ dealy: "PT1S" }, /no option 'dealy' .* did you mean 'delay'\?/],
    [{ maxRunningJobs: 1 }, /no option 'maxRunningJobs'/],
    [{ metadata: { a: { b: [1n] } } }, /'metadata.a.b\[0\]' of a job of task 'a' must be a JSON value/],
  ];
  for (const [options, message] of cases) {
    const { message: said } = thrown(() => resolveJobOptions(options as JobOptions, where), "invalidOption");
    assert.match(said, message);
  }
});

test("resolveJobOptions() copies metadata, without what is undefined, and refuses endless nesting", () => {
  const metadata = { list: [{ a: 1 }], none: undefined };
  const resolved = resolveJobOptions({ metadata } as unknown as JobOptions, where);
  metadata.list[0]!.a = 2;
  assert.deepEqual(resolved.metadata, { list: [{ a: 1 }] });
  const endless: Record<string, unknown> = {};
  endless["self"] = endless;
  const { message } = thrown(
    () => resolveJobOptions({ metadata: endless } as JobOptions, where),
    "invalidOption",
  );
  assert.match(message, /at most 20 levels deep/);
});

test("resolveJobOptions() refuses numbers of kept jobs: those count all jobs of a task", () => {
  const options = { retention: { maxSuccess: 5 } } as JobOptions;
  assert.match(
    thrown(() => resolveJobOptions(options, where), "invalidOption").message,
    /'retention.maxSuccess' of a job of task 'a' counts all jobs of a task: set it on the task.*but got 5/,
  );
});
