import assert from "node:assert/strict";
import { memory } from "../../../src/stores/memory.ts";
import { interceptStore } from "../../../src/testing/intercept_store.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { test } from "../../harness.ts";
import { setUp } from "./start.ts";

const everyDay = cron("0 9 * * *");

test("setCalendar() lets a schedule go on that had no fire left, unless it ran as often as it may", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.setCalendar("open", { dates: ["2026-01-01"] });
  await scheduler.addSchedule(note, everyDay.only("open"), { id: "ends" });
  await scheduler.addSchedule(note, cron("0 8 * * *").only("open"), { id: "once", maxRuns: 1 });
  await scheduler.startInBackground();
  await clock.advance({ days: 1 });
  assert.equal((await (await scheduler.getSchedule("ends")).get()).status, "finished");
  await scheduler.setCalendar("open", { dates: ["2026-01-01", "2026-01-05"] });
  await clock.advance({ days: 7 });
  assert.deepEqual(fires, ["2026-01-01T08:00:00Z", "2026-01-01T09:00:00Z", "2026-01-05T09:00:00Z"]);
});

test("a schedule does not fire on a day that its calendar has left out since its next fire was stored", async () => {
  const store = memory();
  const { clock, scheduler, note, fires } = setUp({ store });
  await using _ = scheduler;
  await scheduler.setCalendar("holidays", { dates: ["2026-06-01"] });
  await scheduler.addSchedule(note, everyDay.except("holidays"), { id: "open" });
  await scheduler.startInBackground();
  await clock.advance({ hours: 1 });
  // As if whoever changes the calendar had died before the schedules were told.
  await store.putCalendar("holidays", { dates: ["2026-01-01"] });
  await clock.advance({ days: 2 });
  assert.deepEqual(fires, ["2026-01-02T09:00:00Z"]);
});

test("a schedule that is added while its calendar changes goes by the new one", async () => {
  const inner = memory();
  let changes = false;
  const store = interceptStore(inner, async (call, proceed) => {
    if (changes && call.name === "writeSchedules") {
      changes = false;
      await inner.putCalendar("holidays", { dates: ["2026-06-01"] });
    }
    return await proceed();
  });
  const { clock, scheduler, note, fires } = setUp({ store });
  await using _ = scheduler;
  await scheduler.setCalendar("holidays", { dates: ["2026-01-01"] });
  await scheduler.startInBackground();
  changes = true;
  await scheduler.addSchedule(note, everyDay.except("holidays"), { id: "open" });
  await clock.advance({ days: 1 });
  assert.deepEqual(fires, ["2026-01-01T09:00:00Z"]);
});
