import assert from "node:assert/strict";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { date } from "../../../src/triggers/date.ts";
import { fixedDelay } from "../../../src/triggers/fixed_delay.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { task } from "../../../src/registry/task.ts";
import { sleep } from "../../../src/time/clock.ts";
import { isCarillonError } from "../../../src/errors.ts";
import { memory } from "../../../src/stores/memory.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";
import { setUp } from "./start.ts";

test("a schedule fires at its anchor and then at every fire time, each exactly once", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "ten" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 30 });
  assert.deepEqual(fires, [
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:10:00Z",
    "2026-01-01T00:20:00Z",
    "2026-01-01T00:30:00Z",
  ]);
});

test("a schedule never fires early", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, cron("0 1 * * *"), { id: "one" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 59, seconds: 59, milliseconds: 999 });
  assert.deepEqual(fires, []);
  await clock.advance({ milliseconds: 1 });
  assert.deepEqual(fires, ["2026-01-01T01:00:00Z"]);
});

test("a trigger without a zone takes the scheduler's, and it is stored", async () => {
  const { scheduler, note } = setUp({ timeZone: "America/New_York" });
  await using _ = scheduler;
  const handle = await scheduler.addSchedule(note, cron("0 9 * * *"), { id: "nine" });
  const schedule = await handle.get();
  assert.equal(schedule.trigger?.timeZone, "America/New_York");
  assert.equal(schedule.nextFireTime?.toString(), "2026-01-01T14:00:00Z");
});

test("fires owed after downtime are coalesced into the latest and counted", async () => {
  const store = memory();
  const { clock, scheduler, note, fires } = setUp({ store });
  await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "ten" });
  await clock.advance({ minutes: 55 });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await clock.advance({ seconds: 1 });
  assert.deepEqual(fires, ["2026-01-01T00:50:00Z"]);
  const { counters } = await (await scheduler.getSchedule("ten")).get();
  assert.deepEqual(counters, { runs: 1, late: 1, missed: 0, coalesced: 5, skipped: 0, failed: 0 });
});

test("coalesce all makes a job of every fire owed, oldest first", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "ten", coalesce: "all" });
  await clock.advance({ minutes: 25 });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await clock.advance({ seconds: 1 });
  assert.deepEqual(fires, ["2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z", "2026-01-01T00:20:00Z"]);
});

test("coalesce all continues beyond a thousand fires in steps and loses none", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await scheduler.addSchedule(note, interval({ seconds: 1 }), {
    id: "one",
    coalesce: "all",
    overlap: "allow",
  });
  await clock.advance({ seconds: 2499 });
  await using _ = scheduler;
  await scheduler.runUntilIdle();
  assert.equal(fires.length, 2500);
  assert.equal(new Set(fires).size, 2500);
});

test("misfire grace drops fires that are too late, counts them and tells it", async () => {
  const { clock, scheduler, note, fires, events } = setUp();
  await scheduler.addSchedule(note, interval({ minutes: 10 }), {
    id: "ten",
    misfireGraceTime: { minutes: 1 },
  });
  await clock.advance({ minutes: 55 });
  await using _ = scheduler;
  await scheduler.startInBackground();
  await clock.advance({ minutes: 6 });
  assert.deepEqual(fires, ["2026-01-01T01:00:00Z"]);
  const missed = events.find((event) => event.type === "firesMissed");
  assert.equal(missed?.type === "firesMissed" && missed.count, 6);
  assert.equal((await (await scheduler.getSchedule("ten")).get()).counters.missed, 6);
});

test("a date in the past fires at once when added", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addSchedule(note, date("2025-12-24T12:00:00Z"), { id: "late" });
  await clock.advance({ seconds: 1 });
  assert.deepEqual(fires, ["2025-12-24T12:00:00Z"]);
  assert.equal((await handle.get()).status, "finished");
});

test("a finished schedule stays finished when it is added again", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.startInBackground();
  await scheduler.addSchedule(note, date("2026-01-01T00:00:05Z"), { id: "once" });
  await clock.advance({ seconds: 10 });
  await scheduler.addSchedule(note, date("2026-01-01T00:00:05Z"), { id: "once" });
  await clock.advance({ seconds: 10 });
  assert.equal(fires.length, 1);
});

test("a start in the past only keeps the phase", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  const trigger = interval({ hours: 1 }, { start: "2020-01-01T00:30:00Z" });
  const handle = await scheduler.addSchedule(note, trigger, { id: "half" });
  assert.equal((await handle.get()).nextFireTime?.toString(), "2026-01-01T00:30:00Z");
});

test("adding the same schedule at the next start does not move it", async () => {
  const { clock, scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "hourly" });
  await clock.advance({ minutes: 25 });
  const again = await scheduler.addSchedule(note, interval({ minutes: 60 }), { id: "hourly" });
  const schedule = await again.get();
  assert.equal(schedule.anchor.toString(), "2026-01-01T00:00:00Z");
  assert.equal(schedule.nextFireTime?.toString(), "2026-01-01T00:00:00Z");
});

test("another trigger under the same id fires next from now on and keeps the anchor", async () => {
  const { clock, scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "x" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 25 });
  const schedule = await (await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "x" })).get();
  assert.equal(schedule.nextFireTime?.toString(), "2026-01-01T00:30:00Z");
  assert.equal(schedule.anchor.toString(), "2026-01-01T00:00:00Z");
});

test("conflict policies replace, doNothing and exception do what they say", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "x", description: "first" });
  const kept = await scheduler.addSchedule(note, interval({ hours: 2 }), {
    id: "x",
    conflictPolicy: "doNothing",
  });
  assert.equal((await kept.get()).description, "first");
  await assert.rejects(
    scheduler.addSchedule(note, interval({ hours: 2 }), { id: "x", conflictPolicy: "exception" }),
    (error) => isCarillonError(error, "scheduleExists"),
  );
  const replaced = await scheduler.addSchedule(note, interval({ hours: 2 }), {
    id: "x",
    description: "second",
  });
  assert.equal((await replaced.get()).description, "second");
});

test("a trigger that can never fire is refused, one whose last fire has passed is stored as finished", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  await assert.rejects(
    scheduler.addSchedule(note, cron("0 0 30 2 *"), { id: "never" }),
    (error) => isCarillonError(error, "neverFires"),
  );
  const over = cron("0 0 * * *", { end: "2025-06-01T00:00:00Z" });
  assert.equal((await (await scheduler.addSchedule(note, over, { id: "over" })).get()).status, "finished");
});

test("maxRuns ends the schedule after so many jobs", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  const handle = await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "three", maxRuns: 3 });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 10 });
  assert.equal(fires.length, 3);
  assert.equal((await handle.get()).status, "finished");
});

test("queueOne lets one job wait and runs jobs of a schedule one after the other", async () => {
  let running = 0;
  let most = 0;
  const clock = new VirtualClock("2026-01-01T00:00:00Z");
  const slow = task({
    name: "slow",
    maxRunningJobs: null,
    async run() {
      most = Math.max(most, ++running);
      await sleep(clock, 150_000);
      running--;
    },
  });
  await using scheduler = new Scheduler({ clock, tasks: [slow] });
  const handle = await scheduler.addSchedule(slow, interval({ minutes: 1 }), { id: "each" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 10 });
  assert.equal(most, 1);
  const { counters } = await handle.get();
  assert.equal(counters.runs + counters.coalesced, 11);
  assert.ok(counters.coalesced >= 5, JSON.stringify(counters));
  const { items: waiting } = await scheduler.getJobs({ states: ["blocked", "ready"] });
  assert.ok(waiting.length <= 1);
  await Promise.all([scheduler.stop(), clock.advance({ minutes: 3 })]);
});

test("cancelPrevious aborts the running job and starts the new one", async () => {
  const clock = new VirtualClock("2026-01-01T00:00:00Z");
  const slow = task({
    name: "slow",
    maxRunningJobs: null,
    async run(_input, { signal }) {
      await sleep(clock, 90_000, signal);
      signal.throwIfAborted();
    },
  });
  await using scheduler = new Scheduler({ clock, tasks: [slow] });
  await scheduler.addSchedule(slow, interval({ minutes: 1 }), { id: "each", overlap: "cancelPrevious" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 3 });
  const outcomes = (await scheduler.getJobs({ order: "oldest" })).items.map((job) =>
    job.outcome ?? job.state
  );
  assert.deepEqual(outcomes, ["cancelled", "cancelled", "cancelled", "running"]);
  await Promise.all([scheduler.stop(), clock.advance({ minutes: 3 })]);
});

test("fixed delay counts from the end of the last run, and waits while it runs", async () => {
  const clock = new VirtualClock("2026-01-01T00:00:00Z");
  const starts: number[] = [];
  const slow = task({
    name: "slow",
    async run() {
      starts.push((clock.nowMs() - Date.UTC(2026, 0, 1)) / 1000);
      await sleep(clock, 90_000);
    },
  });
  await using scheduler = new Scheduler({ clock, tasks: [slow] });
  const handle = await scheduler.addSchedule(slow, fixedDelay({ minutes: 1 }), { id: "delayed" });
  await scheduler.startInBackground();
  await clock.advance({ seconds: 30 });
  assert.equal((await handle.get()).nextFireTime, undefined);
  assert.equal((await handle.get()).status, "active");
  await clock.advance({ minutes: 6 });
  assert.deepEqual(starts, [0, 150, 300]);
  await Promise.all([scheduler.stop(), clock.advance({ minutes: 3 })]);
});

test("jitter never starts a job early, and not after the next fire", async () => {
  const { clock, scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "j", jitter: { minutes: 5 } });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 20 });
  const { items: jobs } = await scheduler.getJobs({ states: ["finished"] });
  assert.ok(jobs.length >= 15);
  for (const job of jobs) {
    const lateMs = job.startedAt!.epochMilliseconds - job.scheduledFireTime!.epochMilliseconds;
    assert.ok(lateMs >= 0 && lateMs <= 61_000, String(lateMs));
  }
});

test("a schedule whose trigger throws fails alone and says why", async () => {
  const store = memory();
  const { clock, scheduler, note, fires } = setUp({ store });
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "good" });
  const handle = await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "bad" });
  const [record] = await store.getSchedules({ ids: ["bad"] });
  const { seq, version, createdAtMs: _c, updatedAtMs: _u, ...content } = record!;
  await store.writeSchedules({
    puts: [{
      expected: { id: "bad", seq, version },
      schedule: { ...content, trigger: { kind: "no.such.kind" }, needsPlanning: true },
    }],
  });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 3 });
  assert.equal(fires.length, 4);
  const bad = await handle.get();
  assert.equal(bad.status, "failed");
  assert.match(bad.error ?? "", /no\.such\.kind/);
  await handle.update({ trigger: interval({ minutes: 1 }) });
  assert.equal((await handle.get()).status, "active");
});
