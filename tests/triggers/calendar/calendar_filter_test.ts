import assert from "node:assert/strict";
import { fc } from "../../properties.ts";
import { calendarView } from "../../../src/triggers/calendar/calendar_view.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { interval } from "../../../src/triggers/interval.ts";
import type { CalendarOptions, CalendarView, OnHoliday, Trigger } from "../../../src/triggers/trigger.ts";
import { test } from "../../harness.ts";
import { refusal } from "../refusal.ts";

const zone = { timeZone: "Europe/Berlin" };
const holidays = calendarView({
  yearly: [{ month: "jan", day: 1 }, { easter: -2 }, { easter: 1 }],
  weekdays: "sat,sun",
  ranges: [{ from: "2026-01-05", to: "2026-01-07" }],
});
const calendars = new Map([["holidays", holidays]]);

function dates(trigger: Trigger, limit: number): string {
  const from = Temporal.Instant.from("2026-01-01T00:00Z");
  const fires = trigger.preview({ from, limit, context: { calendars } });
  return fires.map((fire) => fire.toPlainDate().toString().slice(5)).join(" ");
}

test("except() leaves out the fires that lie in a calendar, only() the others", () => {
  const daily = cron("0 9 * * *", zone);
  assert.equal(dates(daily.except("holidays"), 4), "01-02 01-08 01-09 01-12");
  assert.equal(dates(daily.only("holidays"), 6), "01-01 01-03 01-04 01-05 01-06 01-07");
});

test("except() moves fires to the next or previous day that counts, at the same time, and merges them", () => {
  const some = cron("0 9 1,3,5,6,9 * *", zone);
  assert.equal(dates(some.except("holidays"), 4), "01-09 02-03 02-05 02-06");
  assert.equal(dates(some.except("holidays", { onHoliday: "next" }), 5), "01-02 01-08 01-09 02-02 02-03");
  assert.equal(dates(some.except("holidays", { onHoliday: "previous" }), 5), "01-02 01-09 01-30 02-03 02-05");
});

test("except() takes a holiday's days in the trigger's zone unless the calendar names one", () => {
  const view = (definition: object) => ({ calendars: new Map([["xmas", calendarView(definition)]]) });
  const justAfterMidnight = cron("30 0 25,26 12 *", zone).except("xmas");
  const first = (definition: object) => justAfterMidnight.nextAfterMs(Date.UTC(2026, 0, 1), view(definition));
  assert.equal(first({ dates: ["2026-12-25"] }), Date.UTC(2026, 11, 25, 23, 30));
  assert.equal(first({ dates: ["2026-12-25"], timeZone: "UTC" }), Date.UTC(2026, 11, 24, 23, 30));
});

test("except() refuses a search without its calendar, and says which", () => {
  const error = refusal(() => cron("0 9 * * *").except("holidays").nextAfterMs(0), "unknownCalendar");
  assert.equal(error.details["calendar"], "holidays");
});

test("except() ends when its calendar covers everything", () => {
  const always = { calendars: new Map([["always", calendarView({ weekdays: "*" })]]) };
  const never = { calendars: new Map([["always", calendarView({ dates: ["2020-01-01"] })]]) };
  for (const onHoliday of ["skip", "next", "previous"] as const) {
    assert.equal(cron("0 9 * * *").except("always", { onHoliday }).nextAfterMs(0, always), undefined);
    assert.equal(
      interval({ seconds: 1 }).only("always", { onHoliday }).nextAfterMs(Date.UTC(2026, 0), never),
      undefined,
    );
  }
});

test("except() and only() refuse names and options that mean nothing", () => {
  const daily = cron("0 9 * * *");
  for (const name of ["", " ", 5, null, undefined]) refusal(() => daily.except(name as string));
  refusal(() => daily.only("x", { onHoliday: "nearest" } as unknown as CalendarOptions));
  refusal(() => daily.only("x", { holiday: "next" } as unknown as CalendarOptions));
});

/** A calendar of random days, by a plain set. */
function setCalendar(days: ReadonlySet<number>): CalendarView {
  const includesMs = (ms: number) => days.has(Math.floor(ms / 86_400_000));
  const find = (ms: number, inside: boolean) => {
    for (let day = Math.floor(ms / 86_400_000); day < 30_000; day++) {
      if (days.has(day) === inside) return Math.max(ms, day * 86_400_000);
    }
    return undefined;
  };
  return { includesMs, nextInsideMs: (ms) => find(ms, true), nextOutsideMs: (ms) => find(ms, false) };
}

test("except() fires like moving every fire one by one", () => {
  const firstDay = 20_000;
  const anyDays = fc.uniqueArray(fc.integer({ min: firstDay - 5, max: firstDay + 60 }), { maxLength: 50 });
  const anyText = fc.constantFrom(
    "0 9 * * *",
    "0 */7 * * *",
    "30 23 */3 * *",
    "0 0,12 * * mon",
    "15 8,20 1,15 * *",
  );
  fc.assert(
    fc.property(
      anyDays,
      anyText,
      fc.constantFrom<OnHoliday>("skip", "next", "previous"),
      (days, text, onHoliday) => {
        const left = new Set(days);
        const inner = cron(text);
        const moved = new Set<number>();
        let fire = inner.nextAfterMs((firstDay - 80) * 86_400_000);
        while (fire! < (firstDay + 200) * 86_400_000) {
          let at: number | undefined = fire;
          const step = onHoliday === "next" ? 86_400_000 : -86_400_000;
          while (at !== undefined && left.has(Math.floor(at / 86_400_000))) {
            at = onHoliday === "skip" ? undefined : at + step;
          }
          if (at !== undefined) moved.add(at);
          fire = inner.nextAfterMs(fire!);
        }
        const [fromMs, toMs] = [(firstDay - 10) * 86_400_000, (firstDay + 70) * 86_400_000];
        const expected = [...moved].filter((ms) => ms > fromMs && ms < toMs).sort((a, b) => a - b);
        const context = { calendars: new Map([["random", setCalendar(left)]]) };
        const trigger = inner.except("random", { onHoliday });
        const actual: number[] = [];
        for (
          let next = trigger.nextAfterMs(fromMs, context);
          next! < toMs;
          next = trigger.nextAfterMs(next!, context)
        ) {
          actual.push(next!);
        }
        assert.deepEqual(actual, expected);
      },
    ),
    { numRuns: 300 },
  );
});
