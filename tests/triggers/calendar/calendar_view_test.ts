import assert from "node:assert/strict";
import { type CalendarDefinition, validateCalendar } from "../../../src/triggers/calendar/calendar.ts";
import { calendarView, easterDay } from "../../../src/triggers/calendar/calendar_view.ts";
import { calendarsOf } from "../../../src/triggers/definition.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { or } from "../../../src/triggers/and_or.ts";
import { test } from "../../harness.ts";
import { refusal } from "../refusal.ts";

const DAY_MS = 86_400_000;

/** The days of 2026 that a calendar holds, as `MM-DD`. */
function daysOf2026(definition: CalendarDefinition, timeZone?: string): string {
  const view = calendarView(definition);
  const days: string[] = [];
  for (let ms = Date.UTC(2026, 0, 1, 12); ms < Date.UTC(2027, 0, 1); ms += DAY_MS) {
    if (view.includesMs(ms, timeZone)) days.push(new Date(ms).toISOString().slice(5, 10));
  }
  return days.join(" ");
}

test("calendarView() holds dates, ranges, yearly rules, weekdays and the days of another trigger", () => {
  assert.equal(
    daysOf2026({ dates: ["2026-12-25", Temporal.PlainDate.from("2026-12-26"), "2025-12-25"] }),
    "12-25 12-26",
  );
  assert.equal(daysOf2026({ ranges: [{ from: "2026-05-30", to: "2026-06-02" }] }), "05-30 05-31 06-01 06-02");
  const overlapping = [{ from: "2026-05-01", to: "2026-05-03" }, { from: "2026-05-02", to: "2026-05-02" }];
  assert.equal(daysOf2026({ ranges: overlapping, dates: ["2026-05-04"] }), "05-01 05-02 05-03 05-04");
  const yearly = [{ month: "nov", day: "4th thu" }, { month: 1, day: 1 }, { month: "may", day: "last mon" }];
  assert.equal(daysOf2026({ yearly }), "01-01 05-25 11-26");
  assert.equal(daysOf2026({ yearly: [{ easter: -2 }, { easter: 0 }, { easter: 1 }] }), "04-03 04-05 04-06");
  assert.equal(daysOf2026({ weekdays: "sat,sun" }).split(" ").length, 104);
  assert.equal(daysOf2026({ trigger: cron("0 9 1 */6 *") }), "01-01 07-01");
  assert.equal(
    daysOf2026({ trigger: cron("0 9 1 */6 *").toJSON(), dates: ["2026-02-02"] }),
    "01-01 02-02 07-01",
  );
});

test("calendarView() begins and ends its days in its zone, else in the one it is asked for", () => {
  const view = calendarView({ dates: ["2026-12-25"] });
  const startMs = Date.UTC(2026, 11, 24, 23);
  assert.equal(view.nextInsideMs(0, "Europe/Berlin"), startMs);
  assert.equal(view.includesMs(startMs, "Europe/Berlin"), true);
  assert.equal(view.includesMs(startMs), false);
  assert.equal(view.nextOutsideMs(startMs, "Europe/Berlin"), startMs + DAY_MS);
  assert.equal(view.nextOutsideMs(startMs - 1, "Europe/Berlin"), startMs - 1);
  assert.equal(view.nextInsideMs(startMs + 5, "Europe/Berlin"), startMs + 5);
  assert.equal(view.nextInsideMs(startMs + DAY_MS, "Europe/Berlin"), undefined);
  const fixed = calendarView({ dates: ["2026-12-25"], timeZone: "UTC" });
  assert.equal(fixed.nextInsideMs(0, "Europe/Berlin"), Date.UTC(2026, 11, 25));
});

test("calendarView() never ends in a day that its zone left out", () => {
  const view = calendarView({ dates: ["2011-12-30"], timeZone: "Pacific/Apia" });
  assert.equal(view.nextInsideMs(Date.UTC(2011, 0, 1)), undefined);
  const around = calendarView({
    ranges: [{ from: "2011-12-29", to: "2011-12-30" }],
    timeZone: "Pacific/Apia",
  });
  assert.equal(around.nextOutsideMs(Date.UTC(2011, 11, 29, 12)), Date.UTC(2011, 11, 30, 10));
});

test("easterDay() is the Sunday that almanacs give", () => {
  const known =
    "1818-03-22 1954-04-18 1981-04-19 1999-04-04 2000-04-23 2024-03-31 2025-04-20 2026-04-05 2038-04-25 2049-04-18 2076-04-19 2285-03-22";
  for (const date of known.split(" ")) {
    assert.equal(new Date(easterDay(Number(date.slice(0, 4))) * DAY_MS).toISOString().slice(0, 10), date);
  }
});

test("validateCalendar() gives JSON that gives the same calendar", () => {
  const definition = validateCalendar({
    timeZone: "europe/berlin",
    dates: [Temporal.PlainDate.from("2026-10-31")],
    ranges: [{ from: "2026-12-24", to: "2026-12-31" }],
    yearly: [{ month: 1, day: 1 }, { easter: 1 }],
    weekdays: "sat,sun",
    trigger: cron("0 0 13 * +fri"),
  });
  const stored = JSON.parse(JSON.stringify(definition));
  assert.deepEqual(stored, definition);
  assert.deepEqual(validateCalendar(stored), definition);
  assert.equal(definition.timeZone, "Europe/Berlin");
});

test("validateCalendar() refuses what is not understood", () => {
  const wrong = [
    undefined,
    null,
    [],
    {},
    { timeZone: "UTC" },
    { dates: "2026-12-25" },
    { dates: ["2026-02-30"] },
    { dates: ["2026-12-25T09:00"] },
    { dates: [5] },
    { ranges: [{ from: "2026-12-25" }] },
    { ranges: [{ from: "2026-12-25", to: "2026-12-24" }] },
    { yearly: [{ month: 1 }] },
    { yearly: [{ month: 13, day: 1 }] },
    { yearly: [{ month: 1, day: 32 }] },
    { yearly: [{ easter: 1.5 }] },
    { yearly: [{ easter: 1, month: 1 }] },
    { weekdays: "sat,sun,x" },
    { weekdays: 6 },
    { trigger: "0 9 * * *" },
    { trigger: cron("0 9 * * *").except("other") },
    { holidays: [] },
  ];
  for (const definition of wrong) {
    refusal(() => validateCalendar(definition), "invalidTrigger", JSON.stringify(definition));
  }
  refusal(() => validateCalendar({ dates: ["2026-12-25"], timeZone: "Nowhere" }), "unknownTimeZone");
  refusal(() => validateCalendar({ trigger: { kind: "nope" } }), "unknownTriggerKind");
});

test("calendarsOf() names the calendars of a trigger and of those inside it", () => {
  const trigger = or([
    cron("0 9 * * *").except("b").only("a"),
    cron("0 8 * * *").except("b"),
    cron("0 7 * * *"),
  ]);
  assert.deepEqual(calendarsOf(trigger.except("c")), ["a", "b", "c"]);
  assert.deepEqual(calendarsOf(trigger.toJSON()), ["a", "b"]);
  assert.deepEqual(calendarsOf(cron("0 9 * * *")), []);
});
