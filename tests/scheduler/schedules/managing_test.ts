import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { schedule } from "../../../src/registry/schedule.ts";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { setUp, START } from "./start.ts";

test("pauseSchedule() stops firing, and the fires of the pause are owed after resumeSchedule()", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  const handle = await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "m" });
  await scheduler.startInBackground();
  await clock.advance({ seconds: 90 });
  assert.equal((await handle.pause()).paused, true);
  await clock.advance({ minutes: 10 });
  assert.equal(fires.length, 2);
  await handle.resume();
  await clock.advance({ seconds: 1 });
  assert.deepEqual(fires.slice(2), ["2026-01-01T00:11:00Z"]);
});

test("resumeSchedule() from now gives up the fires of the pause", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "m", paused: true });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 25 });
  const resumed = await scheduler.resumeSchedule("m", { resumeFrom: "now" });
  assert.equal(resumed.nextFireTime?.toString(), "2026-01-01T00:30:00Z");
  await clock.advance({ minutes: 5 });
  assert.deepEqual(fires, ["2026-01-01T00:30:00Z"]);
});

test("resumeSchedule() from an instant keeps the fires after it", async () => {
  const { clock, scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "m", paused: true });
  await clock.advance({ minutes: 45 });
  const resumed = await scheduler.resumeSchedule("m", { resumeFrom: "2026-01-01T00:25:00Z" });
  assert.equal(resumed.nextFireTime?.toString(), "2026-01-01T00:30:00Z");
});

test("updateSchedule() changes policies and keeps the next fire time", async () => {
  const { clock, scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "m", coalesce: "earliest", maxRuns: 9 });
  await clock.advance({ minutes: 5 });
  const updated = await scheduler.updateSchedule("m", { overlap: "allow", description: "new" });
  assert.equal(updated.coalesce, "earliest");
  assert.equal(updated.overlap, "allow");
  assert.equal(updated.maxRuns, 9);
  assert.equal(updated.description, "new");
  assert.equal(updated.nextFireTime?.toString(), "2026-01-01T00:00:00Z");
  await scheduler.startInBackground();
  await clock.advance({ seconds: 1 });
  const moved = await scheduler.updateSchedule("m", { trigger: cron("30 * * * *") });
  assert.equal(moved.nextFireTime?.toString(), "2026-01-01T00:30:00Z");
});

test("updateSchedule() refuses keys that mean nothing", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 10 }), { id: "m" });
  const change = { overlapp: "allow" } as unknown as { overlap: "allow" };
  await assert.rejects(
    scheduler.updateSchedule("m", change),
    (error) => isCarillonError(error, "invalidOption") && /overlap'\?/.test(error.message),
  );
});

test("methods about a schedule that is not there throw scheduleNotFound", async () => {
  const { scheduler } = setUp();
  await using _ = scheduler;
  const calls = [
    () => scheduler.getSchedule("no"),
    () => scheduler.pauseSchedule("no"),
    () => scheduler.resumeSchedule("no"),
    () => scheduler.updateSchedule("no", {}),
    () => scheduler.removeSchedule("no"),
    () => scheduler.runScheduleNow("no"),
    () => scheduler.backfillSchedule("no", { from: START, until: START }),
  ];
  for (const call of calls) {
    await assert.rejects(call(), (error) => isCarillonError(error, "scheduleNotFound"));
  }
});

test("runScheduleNow() adds a job with the schedule's input that stands for no fire time", async () => {
  const clock = new VirtualClock(START);
  const seen: unknown[] = [];
  const take = task({ name: "take", input: anything, run: (input) => void seen.push(input) });
  await using scheduler = new Scheduler({ clock, tasks: [take] });
  await scheduler.addSchedule(take, interval({ days: 1 }, { first: "afterPeriod" }), {
    id: "d",
    input: { a: 1 },
  });
  await scheduler.startInBackground();
  const job = await scheduler.runScheduleNow("d");
  await clock.advance({ seconds: 1 });
  assert.deepEqual(seen, [{ a: 1 }]);
  const status = await job.status();
  assert.equal(status.scheduledFireTime, undefined);
  assert.equal(status.scheduleId, "d");
  assert.equal((await (await scheduler.getSchedule("d")).get()).counters.runs, 0);
});

test("backfillSchedule() makes past fire times into jobs and leaves out those that have one", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ hours: 1 }, { start: "2025-12-31T20:00:00Z" }), { id: "h" });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  assert.deepEqual(fires, ["2026-01-01T00:00:00Z"]);
  const range = { from: "2025-12-31T22:00:00Z", until: "2026-01-01T00:30:00Z" };
  assert.equal((await scheduler.backfillSchedule("h", range)).length, 2);
  await clock.advance({ minutes: 1 });
  assert.deepEqual(fires.slice(1).sort(), ["2025-12-31T22:00:00Z", "2025-12-31T23:00:00Z"]);
  assert.equal((await scheduler.backfillSchedule("h", range)).length, 0);
  assert.equal((await scheduler.backfillSchedule("h", { ...range, again: true })).length, 3);
  await clock.advance({ minutes: 1 });
  assert.equal(fires.length, 6);
  await assert.rejects(
    scheduler.backfillSchedule("h", { ...range, limit: 2, again: true }),
    (error) => isCarillonError(error, "invalidOption"),
  );
});

test("removeSchedule() keeps queued jobs, or cancels them", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  for (const id of ["kept", "cancelled"]) {
    await scheduler.addSchedule(note, interval({ hours: 1 }), { id });
    await scheduler.runScheduleNow(id);
  }
  await scheduler.removeSchedule("kept");
  await scheduler.removeSchedule("cancelled", { jobs: "cancel" });
  assert.deepEqual((await scheduler.getSchedules()).items, []);
  const { items: kept } = await scheduler.getJobs({ scheduleId: "kept" });
  assert.notEqual(kept[0]?.state, "finished");
  const { items: cancelled } = await scheduler.getJobs({ scheduleId: "cancelled" });
  assert.equal(cancelled[0]?.outcome, "cancelled");
});

test("applySchedules() makes a group exactly the list and touches nothing else", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "outside" });
  const entry = (id: string, hours: number) => ({ id, task: note, trigger: interval({ hours }) });
  await scheduler.applySchedules([entry("a", 1), entry("b", 1)], { group: "g" });
  const { removed } = await scheduler.applySchedules([entry("b", 2), entry("c", 1)], { group: "g" });
  assert.deepEqual(removed, ["a"]);
  assert.deepEqual((await scheduler.getSchedules()).items.map((one) => one.id).sort(), ["b", "c", "outside"]);
  await assert.rejects(
    scheduler.applySchedules([entry("outside", 1)], { group: "g" }),
    (error) => isCarillonError(error, "scheduleExists"),
  );
  await assert.rejects(
    scheduler.applySchedules([entry("x", 1), entry("x", 1)], { group: "g" }),
    (error) => isCarillonError(error, "invalidOption"),
  );
  assert.equal((await scheduler.getSchedules({ group: "g" })).items.length, 2);
});

test("declared schedules are written at the start, and one that left the code is reported, not removed", async () => {
  const store = memory();
  const clock = new VirtualClock(START);
  const declared = (ids: readonly string[]) =>
    task({
      name: "declared",
      run() {},
      schedules: ids.map((id) => ({ id, trigger: interval({ hours: 1 }) })),
    });
  const first = new Scheduler({ clock, store, tasks: [declared(["one", "two"])] });
  await first.startInBackground();
  await first.stop();
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (text: string) => void warnings.push(text) };
  await using second = new Scheduler({ clock, store, logger, tasks: [declared(["one"])] });
  await second.startInBackground();
  assert.deepEqual((await second.getSchedules()).items.map((one) => one.id).sort(), ["one", "two"]);
  assert.equal(warnings.filter((text) => /no longer declared/.test(text)).length, 1);
});

test("a schedule declared by a decorator fires on the instance", async () => {
  const clock = new VirtualClock(START);
  class Reports {
    readonly made: string[] = [];
    @schedule(cron("*/10 * * * *"), { id: "report" })
    @task({ name: "reports.make" })
    make(): void {
      this.made.push("made");
    }
  }
  const reports = new Reports();
  await using scheduler = new Scheduler({ clock, tasks: [reports] });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 20 });
  assert.equal(reports.made.length, 3);
});

test("a worker writes no declared schedules and processes none", async () => {
  const store = memory();
  const clock = new VirtualClock(START);
  const each = task({ name: "each", run() {}, schedules: [{ trigger: interval({ minutes: 1 }) }] });
  await using worker = new Scheduler({ clock, store, role: "worker", tasks: [each] });
  await worker.startInBackground();
  await clock.advance({ minutes: 5 });
  assert.deepEqual((await worker.getSchedules()).items, []);
});

test("a scheduler and a worker on one store share the work", async () => {
  const store = memory();
  const clock = new VirtualClock(START);
  let ran = 0;
  const each = task({
    name: "each",
    run: () => void ran++,
    schedules: [{ trigger: interval({ minutes: 1 }) }],
  });
  await using planner = new Scheduler({ clock, store, role: "scheduler", tasks: [each] });
  await using worker = new Scheduler({ clock, store, role: "worker", tasks: [each] });
  await worker.startInBackground();
  await planner.startInBackground();
  await clock.advance({ minutes: 5 });
  assert.equal(ran, 6);
});

test("two schedulers on one store make one job of each fire time", async () => {
  const store = memory();
  const clock = new VirtualClock(START);
  const ran: number[] = [];
  const each = task({ name: "each", run: () => void ran.push(clock.nowMs()) });
  await using one = new Scheduler({ clock, store, tasks: [each] });
  await using two = new Scheduler({ clock, store, tasks: [each] });
  await one.addSchedule(each, interval({ seconds: 10 }), { id: "s" });
  await one.startInBackground();
  await two.startInBackground();
  await clock.advance({ minutes: 5 });
  assert.equal(ran.length, 31);
  assert.equal(new Set(ran).size, 31);
});

test("printSchedules() shows every schedule with its next fire", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, cron("0 9 * * *", { timeZone: "Europe/Berlin" }), { id: "nine" });
  await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "idle", paused: true });
  const lines: string[] = [];
  const text = await scheduler.printSchedules({ write: (line) => lines.push(line) });
  assert.equal(lines.join("\n"), text);
  assert.match(text, /nine\s+note\s+2026-01-01T09:00:00\+01:00\[Europe\/Berlin\]/);
  assert.match(text, /idle\s+note\s+paused/);
});

/** A schema that takes anything. */
const anything = {
  "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => ({ value }) },
};

test("getSchedules() and getJobs() refuse filters that mean nothing", async () => {
  const { scheduler } = setUp();
  await using _ = scheduler;
  await assert.rejects(
    scheduler.getSchedules({ statuss: "active" } as object),
    (error) => isCarillonError(error, "invalidOption") && /status/.test(error.message),
  );
  await assert.rejects(
    scheduler.getJobs({ statte: "ready" } as object),
    (error) => isCarillonError(error, "invalidOption") && /state/.test(error.message),
  );
});

test("runUntilIdle() returns on a paused scheduler, for which nothing is due", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addJob(note);
  scheduler.pause();
  await scheduler.runUntilIdle();
  assert.equal((await scheduler.countJobs()).finished, 0);
});

test("runUntilStopped() names itself when an option means nothing", async () => {
  const { scheduler } = setUp();
  await using _ = scheduler;
  await assert.rejects(
    scheduler.runUntilStopped({ signls: true } as object),
    (error) => isCarillonError(error, "invalidOption") && /signals/.test(error.message),
  );
});

/** A logger that keeps its warnings. */
function warningLog() {
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (text: string) => void warnings.push(text) };
  return { logger, warnings };
}

test("a second schedule of the same task and trigger without an id is warned of, once", async () => {
  const store = memory();
  const { logger, warnings } = warningLog();
  const addTo = async (scheduler: Scheduler, note: ReturnType<typeof setUp>["note"]) => {
    await scheduler.addSchedule(note, cron("0 3 * * *"));
    await scheduler.addSchedule(note, cron("0 4 * * *"));
    await scheduler.addSchedule(note, cron("0 4 * * *"), { id: "named" });
  };
  for (const expected of [0, 1, 2]) {
    const { scheduler, note } = setUp({ store, logger });
    await addTo(scheduler, note);
    await scheduler.stop();
    assert.equal(warnings.filter((text) => /no id/.test(text)).length, expected, "once for each start");
  }
  const { scheduler, note } = setUp({ logger });
  await using _ = scheduler;
  for (let i = 0; i < 4; i++) await scheduler.addSchedule(note, interval({ hours: 1 }));
  assert.equal(warnings.length, 3);
});

test("a declared schedule whose task has left the code is reported at the start, unless another scheduler has it", async () => {
  const store = memory();
  const clock = new VirtualClock(START);
  const gone = task({ name: "gone", run() {}, schedules: [{ trigger: interval({ hours: 1 }) }] });
  const first = new Scheduler({ clock, store, tasks: [gone] });
  await first.startInBackground();
  const { logger, warnings } = warningLog();
  const start = async () => {
    const scheduler = setUp({ store, clock, logger }).scheduler;
    await scheduler.startInBackground();
    await scheduler.stop();
  };
  await start();
  assert.deepEqual(warnings, []);
  await first.stop();
  await start();
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /task of a stored schedule is in no running code/);
});

test("backfillSchedule() leaves coming fires to the schedule", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ seconds: 1 }), { id: "s", overlap: "allow" });
  await scheduler.startInBackground();
  await clock.advance({ milliseconds: 1500 });
  for (let i = 0; i < 3; i++) {
    const now = clock.nowMs();
    const range = { from: new Date(now - 60_000), until: new Date(now + 5000) };
    await scheduler.backfillSchedule("s", range);
    await clock.advance({ seconds: 2 });
  }
  const seconds = fires.map((fire) => (Date.parse(fire!) - Date.parse(START)) / 1000);
  assert.deepEqual(seconds, [...new Set(seconds)], "each once");
  assert.deepEqual(seconds.filter((second) => second > 1), [2, 3, 4, 5, 6, 7]);
  assert.equal((await (await scheduler.getSchedule("s")).get()).counters.runs, 8);
});

test("fires that were backfilled before they were processed do not count twice", async () => {
  const { clock, scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "s", coalesce: "all", overlap: "allow" });
  await clock.advance({ minutes: 150 });
  const range = { from: "2026-01-01T00:00:00Z", until: "2026-01-01T01:00:00Z" };
  assert.equal((await scheduler.backfillSchedule("s", range)).length, 2);
  await scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  const { counters } = await (await scheduler.getSchedule("s")).get();
  assert.deepEqual([counters.runs, counters.coalesced], [1, 0]);
});
