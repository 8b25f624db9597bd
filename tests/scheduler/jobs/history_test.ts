import assert from "node:assert/strict";
import { LOG_LINES_MAX } from "../../../src/model/job_history.ts";
import { snooze } from "../../../src/context/snooze_and_cancel.ts";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { test } from "../../harness.ts";
import { faulty, gate, refusal, settle, setUp } from "../fixtures.ts";

test("getJobAttempts() reports who ran each attempt, when, and how it ended", async () => {
  const steps = task({
    name: "steps",
    timeout: { seconds: 4 },
    retry: { maxAttempts: 3, base: { seconds: 10 }, jitter: 0 },
    async run(_input, { job, signal }) {
      if (runs++ === 0) snooze({ seconds: 5 });
      if (job.attempt === 1) throw new TypeError("first failure");
      if (job.attempt === 2) {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      }
    },
  });
  let runs = 0;
  const { scheduler, clock } = setUp({ tasks: [steps], name: "host-1" });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const { id } = await scheduler.addJob(steps);
  await clock.advance({ minutes: 1 });
  const attempts = await scheduler.getJobAttempts(id);
  assert.deepEqual(
    attempts.map((
      one,
    ) => [one.number, one.attempt, one.outcome, one.error?.name, one.startedAt.toString().slice(14)]),
    [
      [1, 1, "snoozed", undefined, "00:00Z"],
      [2, 1, "error", "TypeError", "00:05Z"],
      [3, 2, "timedOut", "CarillonError", "00:15Z"],
      [4, 3, "success", undefined, "00:39Z"],
    ],
  );
  assert.equal(attempts[2]?.finishedAt?.toString(), "2026-01-01T00:00:19Z");
  assert.deepEqual(new Set(attempts.map(({ scheduler }) => scheduler)), new Set(["host-1"]));
});

test("getJobAttempts() shows the attempt that runs, and getJobLogs() its lines while it runs", async () => {
  const { opened, open } = gate();
  const slow = task({
    name: "slow",
    async run(_input, { log }) {
      log.warn("half way", { done: 5, at: 10n });
      await opened;
      log.info("last");
    },
  });
  const { scheduler, clock } = setUp({ tasks: [slow] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const job = await scheduler.addJob(slow);
  await clock.advance({ seconds: 1 });
  assert.deepEqual(
    (await scheduler.getJobAttempts(job.id)).map(({ outcome, finishedAt }) => [outcome, finishedAt]),
    [
      [undefined, undefined],
    ],
  );
  const { lines: [line], dropped } = await scheduler.getJobLogs(job.id);
  assert.deepEqual([line?.level, line?.message, line?.fields, line?.attempt, line?.onFailure, dropped], [
    "warn",
    "half way",
    { done: 5, at: "10" },
    1,
    false,
    0,
  ]);
  open();
  await job.result();
  assert.deepEqual((await scheduler.getJobLogs(job.id)).lines.map(({ message }) => message), [
    "half way",
    "last",
  ]);
});

test("getJobLogs() holds the lines of all attempts and of onFailure, written before each ends", async () => {
  const failing = task({
    name: "failing",
    retry: { maxAttempts: 2, base: { seconds: 1 } },
    run(_input, { job, log }) {
      log.info(`attempt ${job.attempt}`);
      throw new Error("no");
    },
    onFailure: (_failure, { log }) => log.error("somebody must look"),
  });
  const { scheduler, clock } = setUp({ tasks: [failing] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const { id } = await scheduler.addJob(failing);
  await settle(clock);
  assert.equal((await scheduler.getJobLogs(id)).lines.length, 1);
  await clock.advance({ seconds: 5 });
  assert.deepEqual(
    (await scheduler.getJobLogs(id)).lines.map((one) => [one.attempt, one.onFailure, one.message]),
    [
      [1, false, "attempt 1"],
      [2, false, "attempt 2"],
      [2, true, "somebody must look"],
    ],
  );
});

test("getJobLogs() says how many lines were dropped, in a tight loop and over time", async () => {
  const chatty = task({
    name: "chatty",
    async run(_input, { log }) {
      for (let line = 1; line <= LOG_LINES_MAX + 20; line++) log.debug(`${line}`);
      await opened;
      for (let line = 1; line <= 30; line++) log.debug(`late ${line}`);
    },
  });
  const { opened, open } = gate();
  const { scheduler, clock } = setUp({ tasks: [chatty] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const job = await scheduler.addJob(chatty);
  await clock.advance({ seconds: 1 });
  const early = await scheduler.getJobLogs(job.id);
  assert.deepEqual([early.lines.length, early.lines[0]?.message, early.dropped], [LOG_LINES_MAX, "21", 20]);
  open();
  await job.result();
  const late = await scheduler.getJobLogs(job.id);
  assert.deepEqual([late.lines.length, late.lines.at(-1)?.message, late.dropped], [
    LOG_LINES_MAX,
    "late 30",
    50,
  ]);
});

test("lines that could not be written are written with the next ones, once each", async () => {
  const { store, control } = faulty(memory());
  const { opened, open } = gate();
  const logging = task({
    name: "logging",
    async run(_input, { log }) {
      log.info("one");
      await opened;
      log.info("two");
    },
  });
  const { scheduler, clock } = setUp({ store, tasks: [logging] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  control.lose = "putLogs";
  const job = await scheduler.addJob(logging);
  await clock.advance({ seconds: 1 });
  open();
  await job.result();
  assert.deepEqual((await scheduler.getJobLogs(job.id)).lines.map(({ message }) => message), ["one", "two"]);
});

test("a log that cannot be written fails no job", async () => {
  const { store, control } = faulty(memory());
  control.fault = (method) => method === "putLogs" ? Promise.reject(new Error("disk full")) : undefined;
  const logging = task({ name: "logging", run: (_input, { log }) => log.info("one") });
  const { scheduler } = setUp({ store, tasks: [logging] });
  await using _ = scheduler;
  await scheduler.runJob(logging);
  assert.equal((await scheduler.getJobs()).items[0]?.outcome, "success");
});

test("getJobAttempts() and getJobLogs() of a job that is not there say so", async () => {
  const { scheduler } = setUp();
  await using _ = scheduler;
  await assert.rejects(scheduler.getJobAttempts("gone"), refusal("jobNotFound"));
  await assert.rejects(scheduler.getJobLogs("gone"), refusal("jobNotFound"));
});
