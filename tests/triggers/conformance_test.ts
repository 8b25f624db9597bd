import { triggerConformance } from "../../src/testing/trigger_conformance.ts";
import { and, or } from "../../src/triggers/and_or.ts";
import { calendarInterval } from "../../src/triggers/calendar_interval.ts";
import { calendarView } from "../../src/triggers/calendar/calendar_view.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { date } from "../../src/triggers/date.ts";
import { fixedDelay } from "../../src/triggers/fixed_delay.ts";
import { interval } from "../../src/triggers/interval.ts";
import { builtInKinds } from "../../src/triggers/trigger_registry.ts";
import { test } from "../harness.ts";

const berlin = { timeZone: "Europe/Berlin" };
const triggers = () => [
  cron("30 2 * * *", berlin),
  cron("*/20 * * * *", { timeZone: "America/New_York", overlap: "second" }),
  cron({ day: "last sun", hour: 9 }),
  date("2026-10-25 02:30", berlin),
  interval({ minutes: 90 }, { start: "2026-01-01T00:00Z" }),
  interval({ days: 1 }),
  calendarInterval({ months: 1 }, { at: "02:30", start: "2020-01-31", ...berlin }),
  calendarInterval({ weeks: 1 }, { dayOfWeek: "mon" }),
  fixedDelay({ minutes: 5 }),
  or([cron("0 9 * * *"), interval({ hours: 5 })]),
  and([cron("0 9 * * *", berlin), cron("* * * * mon-fri", berlin)]),
  cron("0 9 * * *", berlin).except("holidays"),
  cron("0 9 1,15 * *", berlin).except("holidays", { onHoliday: "next" }),
  cron("0 9 1,15 * *").only("holidays", { onHoliday: "previous" }),
];

const holidays = calendarView({ weekdays: "sat,sun", yearly: [{ month: 1, day: 1 }] });
const context = {
  anchor: Temporal.Instant.from("2026-01-01T08:00Z"),
  lastFinished: Temporal.Instant.from("2026-06-01T08:00Z"),
  calendars: new Map([["holidays", holidays]]),
};

triggerConformance({ name: "every built-in kind", test, triggers, context });

test("the conformance suite is run by every built-in kind", () => {
  const tested = new Set(triggers().map(({ kind }) => kind));
  for (const kind of builtInKinds.keys()) {
    if (!tested.has(kind)) throw new Error(`${kind} has no conformance test`);
  }
});
