import assert from "node:assert/strict";
import { fc } from "../../properties.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import type { CronFields } from "../../../src/triggers/cron/cron_named_fields.ts";
import { test } from "../../harness.ts";
import { assertSame, bruteFires, chainFires, segmentsOf } from "../oracle.ts";
import type { Wall } from "../oracle.ts";
import { refusal } from "../refusal.ts";

const from = Temporal.Instant.from("2026-01-01T00:00Z");

/** Named fields and the first fires from 2026-01-01 (a Thursday) in UTC. */
const FIRES: readonly (readonly [fields: CronFields, fires: string])[] = [
  [{ hour: 9, dayOfWeek: "mon-fri" }, "2026-01-01T09:00:00 2026-01-02T09:00:00 2026-01-05T09:00:00"],
  [{ minute: 30 }, "2026-01-01T00:30:00 2026-01-01T01:30:00"],
  [{ second: "*/20", minute: 5, hour: 3 }, "2026-01-01T03:05:00 2026-01-01T03:05:20 2026-01-01T03:05:40"],
  [{ month: 3 }, "2026-03-01T00:00:00 2027-03-01T00:00:00"],
  [{ year: 2028 }, "2028-01-01T00:00:00"],
  [{ day: 15 }, "2026-01-15T00:00:00 2026-02-15T00:00:00"],
  [{ dayOfWeek: "sun" }, "2026-01-04T00:00:00 2026-01-11T00:00:00"],
  [{ dayOfWeek: 7 }, "2026-01-04T00:00:00 2026-01-11T00:00:00"],
  [{ day: 13, dayOfWeek: "fri" }, "2026-02-13T00:00:00 2026-03-13T00:00:00 2026-11-13T00:00:00"],
  [{ day: "3rd fri", hour: "18" }, "2026-01-16T18:00:00 2026-02-20T18:00:00"],
  [{ day: "1st mon, 3RD  Monday" }, "2026-01-05T00:00:00 2026-01-19T00:00:00 2026-02-02T00:00:00"],
  [{ day: "5th sat" }, "2026-01-31T00:00:00 2026-05-30T00:00:00"],
  [{ day: "last sun" }, "2026-01-25T00:00:00 2026-02-22T00:00:00"],
  [{ day: "last" }, "2026-01-31T00:00:00 2026-02-28T00:00:00"],
  [{ day: " 15, last " }, "2026-01-15T00:00:00 2026-01-31T00:00:00 2026-02-15T00:00:00"],
  [{ day: "last", dayOfWeek: "mon" }, "2026-08-31T00:00:00 2026-11-30T00:00:00"],
  [{ week: 1, year: 2025 }, "2025-01-01T00:00:00 2025-01-02T00:00:00"],
  [{ week: 53, dayOfWeek: "mon" }, "2026-12-28T00:00:00 2032-12-27T00:00:00"],
  [
    { week: "10-11", dayOfWeek: "mon,fri", hour: 8 },
    "2026-03-02T08:00:00 2026-03-06T08:00:00 2026-03-09T08:00:00",
  ],
  [{ month: "jan , feb".replace(" ,", ","), day: 1 }, "2026-01-01T00:00:00 2026-02-01T00:00:00"],
  [{ hour: undefined, minute: 0 }, "2026-01-01T00:00:00 2026-01-01T01:00:00"],
];

test("cron() reads named fields, all of which must match", () => {
  for (const [fields, fires] of FIRES) {
    const start = fields.year === 2025 ? Temporal.Instant.from("2025-01-01T00:00Z") : from;
    const shown = cron(fields).preview({ from: start, limit: fires.split(" ").length });
    assert.equal(shown.map((fire) => fire.toString().slice(0, 19)).join(" "), fires, JSON.stringify(fields));
  }
});

test("cron() takes an ISO week by its number in the calendar year", () => {
  const days = cron({ year: 2025, week: 1 }).preview({ from: Temporal.Instant.from("2025-01-01T00:00Z") });
  const expected = ["01-01", "01-02", "01-03", "01-04", "01-05", "12-29", "12-30", "12-31"];
  assert.deepEqual(days.map((day) => day.toString().slice(5, 10)), expected);
});

/** Named fields that must be refused, with what the message must say. */
const REFUSED: readonly (readonly [fields: unknown, message: RegExp])[] = [
  [{}, /at least one field/],
  [{ hour: undefined }, /at least one field/],
  [{ hours: 9 }, /did you mean 'hour'/],
  [{ weekday: "mon" }, /did you mean 'dayOfWeek'/],
  [{ hour: 24 }, /Hour 24 is not 0–23/],
  [{ hour: -1 }, /no negative values/],
  [{ hour: 1.5 }, /whole number/],
  [{ hour: NaN }, /'NaN' is no hour/],
  [{ hour: null }, /whole number or a string/],
  [{ hour: [9] }, /whole number or a string/],
  [{ hour: true }, /whole number or a string/],
  [{ hour: "" }, /missing/],
  [{ hour: "  " }, /missing/],
  [{ hour: "9 10" }, /Unexpected ' '/],
  [{ hour: "9 ,10" }, /Unexpected ' '/],
  [{ hour: "9 - 10" }, /Unexpected ' '/],
  [{ hour: "9," }, /missing/],
  [{ hour: "22-2" }, /write 22-23,0-2/],
  [{ day: "L" }, /write 'last'/],
  [{ day: "15W" }, /Unexpected 'W'/],
  [{ day: "fri" }, /dayOfWeek: 'fri'/],
  [{ day: "3rd" }, /weekday is missing/],
  [{ day: "3rdfri" }, /./],
  [{ day: "6th fri" }, /1st, 2nd, 3rd, 4th or 5th/],
  [{ day: "3st fri" }, /1st, 2nd, 3rd, 4th or 5th/],
  [{ day: "3rd 5" }, /name of a weekday/],
  [{ day: "3rd fri-sun" }, /Unexpected '-'/],
  [{ day: "last last" }, /'last' is no weekday/],
  [{ day: "last fri sat" }, /Unexpected ' '/],
  [{ day: "first mon" }, /'first' is no day/],
  [{ dayOfWeek: "fri#2" }, /day: 'last fri' or day: '2nd fri'/],
  [{ dayOfWeek: "5L" }, /belongs to crontab text/],
  [{ dayOfWeek: "+fri" }, /Unexpected '\+'/],
  [{ week: 0 }, /Week 0 is not 1–53/],
  [{ week: 54 }, /Week 54 is not 1–53/],
  [{ year: 1969 }, /Year 1969 is not 1970–9999/],
];

test("cron() refuses named fields that are not fully understood", () => {
  for (const [fields, message] of REFUSED) {
    const error = refusal(() => cron(fields as CronFields), "invalidTrigger", JSON.stringify(fields));
    assert.match(error.message, message);
    assert.ok("expected" in error.details && "hint" in error.details, error.message);
  }
});

test("cron() fires like a walk over every minute does, for random named fields", () => {
  const nth = fc.constantFrom(1, 2, 3, 4, 5, "last" as const);
  const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  const anyDay = fc.oneof(
    fc.integer({ min: 1, max: 31 }).map((day) => ({ text: day, has: (wall: Wall) => wall.day === day })),
    fc.tuple(nth, fc.nat(6)).map(([n, weekday]) => ({
      text: `${n === "last" ? n : ["1st", "2nd", "3rd", "4th", "5th"][n - 1]} ${weekdays[weekday]}`,
      has: (wall: Wall) =>
        wall.weekday === weekday && (n === "last" ? isLast(wall) : Math.ceil(wall.day / 7) === n),
    })),
  );
  const anyWeek = fc.integer({ min: 1, max: 53 });
  fc.assert(
    fc.property(
      anyDay,
      fc.option(anyWeek, { nil: undefined }),
      fc.nat(6),
      fc.integer({ min: 1980, max: 2036 }),
      (day, week, weekday, year) => {
        const fields: CronFields = week === undefined
          ? { day: day.text, hour: 2, minute: "15,45" }
          : { week, dayOfWeek: weekday, hour: 2, minute: "15,45" };
        const [fromS, toS] = [Date.UTC(year, 0, 1) / 1000, Date.UTC(year + 1, 0, 1) / 1000];
        const matches = (wall: Wall) =>
          wall.hour === 2 && (wall.minute === 15 || wall.minute === 45) &&
          (week === undefined ? day.has(wall) : wall.weekday === weekday && isoWeek(wall) === week);
        const timeZone = "Europe/Berlin";
        const segments = segmentsOf(timeZone, fromS, toS);
        const expected = bruteFires({
          matches,
          segments,
          gap: "after",
          overlap: "first",
          fromS,
          toS,
          stepS: 900,
        });
        assertSame(
          chainFires(cron(fields, { timeZone }), fromS, toS),
          expected,
          `${JSON.stringify(fields)} ${year}`,
        );
      },
    ),
    { numRuns: 200 },
  );
});

function isLast(wall: Wall): boolean {
  return wall.day + 7 > new Date(Date.UTC(wall.year, wall.month, 0)).getUTCDate();
}

function isoWeek(wall: Wall): number {
  return Temporal.PlainDate.from({ year: wall.year, month: wall.month, day: wall.day }).weekOfYear!;
}
