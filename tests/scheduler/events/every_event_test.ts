import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { isCarillonError } from "../../../src/errors.ts";
import { eventTypes } from "../../../src/events/event_groups.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { memory } from "../../../src/stores/memory.ts";
import { Temporal } from "../../../src/time/temporal.ts";
import { date } from "../../../src/triggers/date.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { setUp } from "../schedules/start.ts";

test("a schedule's whole life is told: added, fired, paused, resumed, updated, finished, removed", async () => {
  const { clock, scheduler, note, typesOf } = setUp();
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addSchedule(note, date("2026-01-01T00:00:10Z"), { id: "once" });
  await handle.pause();
  await handle.resume();
  await handle.update({ description: "told" });
  await clock.advance({ seconds: 20 });
  await handle.remove();
  assert.deepEqual(typesOf("schedule").filter((type) => !type.startsWith("scheduler")), [
    "scheduleAdded",
    "schedulePaused",
    "scheduleResumed",
    "scheduleUpdated",
    "scheduleFired",
    "scheduleFinished",
    "scheduleRemoved",
  ]);
});

test("fires that another one stands for are reported as firesCoalesced", async () => {
  const { clock, scheduler, note, events } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "s" });
  await clock.advance({ minutes: 5 });
  await scheduler.startInBackground();
  await clock.advance({ seconds: 1 });
  const told = events.filter((event) => event.type === "firesCoalesced");
  assert.deepEqual(told.map((event) => event.type === "firesCoalesced" && event.count), [5]);
});

test("fires that became jobs late are reported as firesLate, and those that failed are counted", async () => {
  const fail = task({
    name: "fail",
    run() {
      throw new Error("no");
    },
  });
  const { clock, scheduler, events } = setUp({ tasks: [fail] });
  await using _ = scheduler;
  const handle = await scheduler.addSchedule(fail, interval({ minutes: 1 }), { id: "s", coalesce: "all" });
  await clock.advance({ minutes: 1, milliseconds: 1001 });
  await scheduler.startInBackground();
  await clock.advance({ minutes: 1 });
  const late = events.filter((event) => event.type === "firesLate");
  assert.deepEqual(late.map((event) => event.type === "firesLate" && [event.count, event.firstFireTimeMs]), [
    [2, Temporal.Instant.from("2026-01-01T00:00:00Z").epochMilliseconds],
  ]);
  const { counters } = await handle.get();
  assert.deepEqual(counters, { runs: 3, late: 2, missed: 0, coalesced: 0, skipped: 0, failed: 3 });
});

test("fires dropped by the overlap policy are reported as firesSkipped", async () => {
  const { clock, scheduler, note, events } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "s", overlap: "skip" });
  await scheduler.pauseTask(note);
  await scheduler.startInBackground();
  await clock.advance({ minutes: 3 });
  const skipped = events.filter((event) => event.type === "firesSkipped");
  assert.equal(skipped.length, 3);
  await scheduler.resumeTask(note);
  await clock.advance({ seconds: 1 });
});

test("a trigger that cannot be used is reported as scheduleFailed", async () => {
  const store = memory();
  const { clock, scheduler, note, events } = setUp({ store });
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "bad" });
  const [record] = await store.getSchedules({ ids: ["bad"] });
  const { seq, version, createdAtMs: _c, updatedAtMs: _u, ...content } = record!;
  const schedule = { ...content, trigger: { kind: "no.such.kind" } };
  await store.writeSchedules({ puts: [{ expected: { id: "bad", seq, version }, schedule }] });
  await scheduler.startInBackground();
  await clock.advance({ seconds: 1 });
  assert.equal(events.filter((event) => event.type === "scheduleFailed").length, 1);
});

test("removed jobs and tasks are reported as jobRemoved and taskRemoved", async () => {
  const store = memory();
  const { clock, scheduler, note, typesOf } = setUp({ store });
  const job = await scheduler.addJob(note, undefined, { delay: { hours: 1 } });
  await scheduler.addSchedule(note, interval({ hours: 1 }), { id: "s" });
  await scheduler.configureTask(note, { priority: 1 });
  await assert.rejects(scheduler.removeTask(note), (error) => isCarillonError(error, "invalidState"));
  await scheduler.stop();

  await using other = new Scheduler({ store, clock, role: "client" });
  const told: string[] = [];
  other.subscribe((event) => told.push(event.type));
  await assert.rejects(other.removeTask("note"), (error) => isCarillonError(error, "invalidState"));
  await other.removeSchedule("s");
  await assert.rejects(other.removeTask("note"), (error) => isCarillonError(error, "invalidState"));
  await other.removeJob(job.id);
  await other.removeTask("note");
  await assert.rejects(other.removeTask("note"), (error) => isCarillonError(error, "unknownTask"));
  assert.deepEqual(told, ["scheduleRemoved", "jobRemoved", "taskRemoved"]);
  assert.deepEqual(typesOf("task"), ["taskAdded", "taskUpdated"]);
});

test("every kind of event is named by a test of the scheduler", async () => {
  const folder = new URL("../", import.meta.url);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
  const text = texts.join("\n");
  const missing = eventTypes.filter((type) => !text.includes(`"${type}"`));
  assert.deepEqual(missing, []);
});
