import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import { memory } from "../../../src/stores/memory.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { setUp } from "./start.ts";

test("a schedule leaves out the days of a stored calendar", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.setCalendar("holidays", { dates: ["2026-01-02"] });
  await scheduler.addSchedule(note, cron("0 9 * * *").except("holidays"), { id: "open" });
  await scheduler.startInBackground();
  await clock.advance({ days: 3 });
  assert.deepEqual(fires, ["2026-01-01T09:00:00Z", "2026-01-03T09:00:00Z"]);
});

test("setCalendar() has the next fire of its users computed again, and tells which moved", async () => {
  const { clock, scheduler, note, fires, events } = setUp();
  await using _ = scheduler;
  await scheduler.setCalendar("holidays", { dates: ["2026-06-01"] });
  const handle = await scheduler.addSchedule(note, cron("0 9 * * *").except("holidays"), { id: "open" });
  await scheduler.addSchedule(note, interval({ days: 30 }, { first: "afterPeriod" }), { id: "other" });
  await scheduler.startInBackground();
  await clock.advance({ hours: 1 });
  await scheduler.setCalendar("holidays", { dates: ["2026-01-01"] });
  await clock.advance({ seconds: 1 });
  assert.equal((await handle.get()).nextFireTime?.toString(), "2026-01-02T09:00:00Z");
  const moved = events.filter((event) => event.type === "scheduleUpdated");
  assert.deepEqual(moved.map((event) => "scheduleId" in event && event.scheduleId), ["open"]);
  await clock.advance({ days: 2 });
  assert.deepEqual(fires, ["2026-01-02T09:00:00Z"]);
});

test("a calendar that is emptied of a day brings its fire back, and nothing fires twice", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.setCalendar("holidays", { dates: ["2026-01-02"] });
  await scheduler.addSchedule(note, cron("0 9 * * *").except("holidays"), { id: "open" });
  await scheduler.startInBackground();
  await clock.advance({ hours: 10 });
  await scheduler.setCalendar("holidays", { dates: ["2026-12-31"] });
  await clock.advance({ days: 2 });
  assert.deepEqual(fires, ["2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z", "2026-01-03T09:00:00Z"]);
});

test("addSchedule() refuses a trigger whose calendar is not stored", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  await assert.rejects(
    scheduler.addSchedule(note, cron("0 9 * * *").except("no"), { id: "x" }),
    (error) => isCarillonError(error, "unknownCalendar"),
  );
});

test("removeCalendar() refuses a calendar that schedules use, and removes one that none does", async () => {
  const { scheduler, note } = setUp();
  await using _ = scheduler;
  await scheduler.setCalendar("holidays", { weekdays: "sat,sun" });
  const handle = await scheduler.addSchedule(note, cron("0 9 * * *").except("holidays"), { id: "open" });
  await assert.rejects(
    scheduler.removeCalendar("holidays"),
    (error) => isCarillonError(error, "invalidState") && error.message.includes("'open'"),
  );
  await handle.remove();
  await scheduler.removeCalendar("holidays");
  assert.deepEqual(await scheduler.getCalendars(), {});
  await assert.rejects(
    scheduler.removeCalendar("holidays"),
    (error) => isCarillonError(error, "unknownCalendar"),
  );
});

test("new rules of a zone at the start have the fires in it computed again, and what moved is reported", async () => {
  const store = memory();
  const logged: { message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const info = (message: string, fields = {}) => void logged.push({ message, fields });
  const logger = { debug() {}, info, warn() {}, error() {} };
  const first = setUp({ store });
  await first.scheduler.addSchedule(first.note, cron("0 9 * * *", { timeZone: "Europe/Berlin" }), {
    id: "nine",
  });
  await first.scheduler.startInBackground();
  await first.scheduler.stop();
  // As if the rules had said another offset when the fire was computed.
  await store.open({ clock: first.clock });
  // Without a version: not every runtime reports one.
  const before = { "Europe/Berlin": { hash: "0", former: [] } };
  await store.putFact("timeZoneRules", JSON.stringify(before));
  const [record] = await store.getSchedules({});
  const { seq, version, createdAtMs: _c, updatedAtMs: _u, ...content } = record!;
  const wrong = { ...content, nextFireTimeMs: content.nextFireTimeMs! + 3_600_000 };
  await store.writeSchedules({ puts: [{ expected: { id: "nine", seq, version }, schedule: wrong }] });
  await store.close();

  const second = setUp({ store, logger });
  await using _ = second.scheduler;
  await second.scheduler.startInBackground();
  await second.clock.advance({ seconds: 1 });
  const schedule = await (await second.scheduler.getSchedule("nine")).get();
  assert.equal(schedule.nextFireTime?.toString(), "2026-01-01T08:00:00Z");
  assert.ok(logged.some(({ message }) => /time zone rules/.test(message)));
  assert.ok(logged.some(({ message, fields }) => /has moved/.test(message) && fields["schedule"] === "nine"));
});

test("updateSchedule() leaves out the fires that were, also where the clock was set back", async () => {
  const { clock, scheduler, note, fires } = setUp();
  await using _ = scheduler;
  await scheduler.addSchedule(note, interval({ minutes: 1 }), { id: "m" });
  await scheduler.startInBackground();
  await clock.advance({ seconds: 150 });
  clock.jump(-120_000);
  const moved = await scheduler.updateSchedule("m", { trigger: interval({ seconds: 30 }) });
  assert.equal(moved.nextFireTime?.toString(), "2026-01-01T00:00:30Z");
  await clock.advance({ seconds: 130 });
  const expected = ["2026-01-01T00:00:30Z", "2026-01-01T00:01:30Z", "2026-01-01T00:02:30Z"];
  assert.deepEqual(fires.slice(3), expected);
});
