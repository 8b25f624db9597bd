import assert from "node:assert/strict";
import { cancel, RetryAfter, type RetryAfterInput, snooze } from "../../../src/context/snooze_and_cancel.ts";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { refusal, settle, setUp, START_MS } from "../fixtures.ts";

test("snooze() schedules the job again later, without using an attempt or being a failure", async () => {
  const attempts: [attempt: number, atSecond: number][] = [];
  const later = task({
    name: "later",
    run(_input, { job }) {
      attempts.push([job.attempt, (clock.nowMs() - START_MS) / 1000]);
      if (attempts.length < 3) snooze({ seconds: 30 });
      return "done";
    },
  });
  const { scheduler, clock, types, events } = setUp({ tasks: [later] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const job = await scheduler.addJob(later, undefined, { timeToLive: { seconds: 10 } });
  await settle(clock);
  const { state, attempt, runAt, error } = await job.status();
  assert.deepEqual([state, attempt, runAt.toString(), error], [
    "scheduled",
    0,
    "2026-01-01T00:00:30Z",
    undefined,
  ]);
  await clock.advance({ minutes: 1 });
  assert.equal(await job.result(), "done");
  assert.deepEqual(attempts, [[1, 0], [1, 30], [1, 60]]);
  assert.deepEqual(types("jobSnoozed", "jobRetrying"), ["jobSnoozed", "jobSnoozed"]);
  const told = events.find((event) => event.type === "jobSnoozed");
  assert.equal(told && "runAtMs" in told && told.runAtMs, START_MS + 30_000);
});

test("snooze() holds no slot while it waits", async () => {
  const order: string[] = [];
  const single = task({
    name: "single",
    run(_input, { job }) {
      order.push(job.id);
      if (order.length === 1) snooze({ minutes: 1 });
    },
  });
  const { scheduler, clock } = setUp({ tasks: [single] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  for (const id of ["a", "b"]) await scheduler.addJob(single, undefined, { id });
  await clock.advance({ minutes: 1 });
  assert.deepEqual(order, ["a", "b", "a"]);
});

test("cancel() ends the job as cancelled with its reason, whatever attempts are left", async () => {
  let runs = 0;
  const giveUp = task({
    name: "give up",
    retry: { maxAttempts: 5 },
    run() {
      runs++;
      cancel("nobody needs it");
    },
  });
  const { scheduler } = setUp({ tasks: [giveUp] });
  await using _ = scheduler;
  await assert.rejects(scheduler.runJob(giveUp), refusal("jobCancelled", /nobody needs it/));
  const { items: [job] } = await scheduler.getJobs();
  assert.deepEqual([job?.outcome, job?.error], ["cancelled", {
    name: "Cancelled",
    message: "nobody needs it",
  }]);
  assert.equal(runs, 1);
});

test("RetryAfter says when the next attempt begins, over back-off and retryIf, within the budget", async () => {
  const at: number[] = [];
  const asked = task({
    name: "asked",
    retry: { maxAttempts: 3, backoff: () => ({ hours: 9 }), retryIf: () => false },
    run() {
      at.push((clock.nowMs() - START_MS) / 1000);
      throw new RetryAfter({ seconds: 7 }, { cause: new Error("too many requests") });
    },
  });
  const { scheduler, clock } = setUp({ tasks: [asked] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const job = await scheduler.addJob(asked);
  await clock.advance({ minutes: 1 });
  assert.deepEqual(at, [0, 7, 14]);
  const { outcome, error } = await job.status();
  assert.deepEqual([outcome, error?.code, error?.message], ["error", "jobRetryAfter", "too many requests"]);
  assert.equal(error?.cause?.message, "too many requests");
});

test("RetryAfter takes durations, seconds, the value of a Retry-After header, and headers", () => {
  const delayMs = (wait: RetryAfterInput) => new RetryAfter(wait).details["delayMs"];
  assert.equal(delayMs({ minutes: 1.5 }), 90_000);
  assert.equal(delayMs("1m30s"), 90_000);
  assert.equal(delayMs(Temporal.Duration.from("PT2S")), 2000);
  assert.equal(delayMs(2.5), 2500);
  assert.equal(delayMs("120"), 120_000);
  const date = "Wed, 21 Oct 2065 07:28:00 GMT";
  const sent = "Wed, 21 Oct 2065 07:27:30 GMT";
  assert.equal(delayMs(new Headers({ "retry-after": date, date: sent })), 30_000);
  assert.equal(delayMs(new Headers({ "Retry-After": "7" })), 7000);
  const untilMs = Date.parse(date) - Date.now();
  for (
    const wait of [
      date,
      "Wed Oct 21 07:28:00 2065",
      new Date(date),
      Temporal.Instant.fromEpochMilliseconds(Date.parse(date)),
    ]
  ) {
    assert.ok(Math.abs(Number(delayMs(wait)) - untilMs) < 10_000, String(wait));
  }
});

test("RetryAfter leaves a wait that it cannot read to the back-off, and keeps the job's own error", async () => {
  const hostile = {
    get() {
      throw new Error("no");
    },
  };
  const unread = [
    null,
    undefined,
    0,
    -5,
    NaN,
    Infinity,
    "",
    "soon",
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "Wed, 99 Foo",
    new Date(NaN),
    new Headers(),
    new Headers({ "retry-after": "tomorrow" }),
    hostile,
    { seconds: NaN },
    { seconds: 0 },
    { days: 99_999_999 },
    Temporal.PlainTime.from("09:00"),
  ] as RetryAfterInput[];
  for (const wait of unread) {
    const error = new RetryAfter(wait, { cause: new Error("too many requests") });
    assert.deepEqual([error.message, error.details], ["too many requests", {}]);
  }
  const at: number[] = [];
  const limited = task({
    name: "limited",
    retry: { maxAttempts: 3, base: { seconds: 10 }, jitter: 0, retryIf: () => false },
    run() {
      at.push((clock.nowMs() - START_MS) / 1000);
      throw new RetryAfter(new Headers(), { cause: new Error("too many requests") });
    },
  });
  const { scheduler, clock } = setUp({ tasks: [limited] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const job = await scheduler.addJob(limited);
  await clock.advance({ minutes: 1 });
  await settle(clock);
  const { error } = await job.status();
  assert.deepEqual(at, [0, 10, 30]);
  assert.equal(error?.cause?.message, "too many requests");
});

test("a job is not cancelled by the cancelling of another job that it waits for", async () => {
  const inner = task({ name: "inner", run: () => cancel("inner only") });
  const outer = task({ name: "outer", run: () => scheduler.runJob(inner) });
  const { scheduler } = setUp({ tasks: [inner, outer] });
  await using _ = scheduler;
  await assert.rejects(scheduler.runJob(outer), refusal("jobFailed", /inner only/));
});

test("snooze() and cancel() outside a job say where they belong, and refuse what is no duration", async () => {
  assert.throws(() => snooze({ seconds: 1 }), refusal("noCurrentJob", /snooze\(\) was called outside a job/));
  assert.throws(() => cancel("x"), refusal("noCurrentJob", /cancel\(\) was called outside a job/));
  const wrong = task({ name: "wrong", run: () => snooze("soon") });
  const { scheduler } = setUp({ tasks: [wrong] });
  await using _ = scheduler;
  await assert.rejects(scheduler.runJob(wrong), refusal("jobFailed", /snooze must be a duration/));
});
