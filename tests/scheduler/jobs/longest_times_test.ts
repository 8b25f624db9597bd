import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import { snooze } from "../../../src/context/snooze_and_cancel.ts";
import { task } from "../../../src/registry/task.ts";
import { fixedDelay } from "../../../src/triggers/fixed_delay.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { setUp } from "../fixtures.ts";

const tooLong = { days: 99_999_999 };

/** True for the error that names the bound. */
function namesBound(error: unknown): boolean {
  return isCarillonError(error) && /must be at most 1000000 days/.test(error.message);
}

test("durations of options that are too long are refused, and name the bound", async () => {
  const ping = task({ name: "ping", run() {} });
  const { scheduler } = setUp({ tasks: [ping] });
  await using _ = scheduler;
  const retries = { maxAttempts: 2 };
  const options = [
    { delay: tooLong },
    { timeToLive: tooLong },
    { timeout: tooLong },
    { ageing: tooLong },
    { retention: { success: tooLong } },
    { retention: { other: tooLong } },
    { retry: { ...retries, base: tooLong } },
    { retry: { ...retries, cap: tooLong } },
  ];
  for (const option of options) {
    await assert.rejects(scheduler.addJob(ping, undefined, option), namesBound, JSON.stringify(option));
    if ("delay" in option) continue;
    assert.throws(() => task({ name: "other", run() {}, ...option }), namesBound, JSON.stringify(option));
    await assert.rejects(scheduler.configureTask(ping, option), namesBound, JSON.stringify(option));
  }
  for (const option of ["misfireGraceTime", "jitter", "spread"]) {
    const add = scheduler.addSchedule(ping, interval({ hours: 1 }), { id: "a", [option]: tooLong });
    await assert.rejects(add, namesBound, option);
  }
  assert.throws(() => fixedDelay(tooLong), namesBound);
  assert.equal((await scheduler.getJobs()).items.length, 0);
});

test("a job that snoozes for too long fails with the reason", async () => {
  const sleepy = task({ name: "sleepy", run: () => snooze(tooLong) });
  const { scheduler } = setUp({ tasks: [sleepy] });
  await using _ = scheduler;
  const job = await scheduler.addJob(sleepy);
  await scheduler.runUntilIdle();
  assert.match((await job.status()).error?.message ?? "", /must be at most 1000000 days/);
});

test("jobs and schedules at the end of time can be listed", async () => {
  const ping = task({
    name: "ping",
    timeToLive: { days: 1_000_000 },
    retention: { success: "1000000d" },
    run() {},
  });
  const { scheduler } = setUp({ tasks: [ping] });
  await using _ = scheduler;
  await scheduler.addJob(ping, undefined, { runAt: 8.64e15 });
  await scheduler.addJob(ping, undefined, { runAt: "+275760-09-13T23:00" });
  await scheduler.addSchedule(ping, fixedDelay({ days: 1_000_000 }, { start: 8.64e15 }), { id: "late" });
  await scheduler.addSchedule(ping, fixedDelay({ days: 1_000_000 }), {
    id: "now",
    misfireGraceTime: "1000000d",
  });
  await scheduler.addJob(ping);
  await scheduler.runUntilIdle();
  const { items: jobs } = await scheduler.getJobs();
  assert.deepEqual(jobs.map(({ runAt }) => runAt.epochMilliseconds).filter((ms) => ms === 8.64e15).length, 2);
  assert.equal(jobs.length, 4);
  assert.equal((await scheduler.getSchedules()).items.length, 2);
});
