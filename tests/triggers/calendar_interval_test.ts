import assert from "node:assert/strict";
import { fc } from "../properties.ts";
import { calendarInterval } from "../../src/triggers/calendar_interval.ts";
import type { CalendarIntervalOptions } from "../../src/triggers/calendar_interval.ts";
import { test } from "../harness.ts";
import { anyZone } from "./cron/cron_arbitrary.ts";
import { assertSame, chainFires, GAPS, instantsOf, OVERLAPS, segmentsOf } from "./oracle.ts";
import { refusal } from "./refusal.ts";

const from = Temporal.Instant.from("2020-01-01T00:00Z");

function dates(period: object, options: CalendarIntervalOptions, limit = 4): string {
  const fires = calendarInterval(period, options).preview({ from, limit });
  return fires.map((fire) => fire.toPlainDate().toString()).join(" ");
}

test("calendarInterval() adds years and months keeping the day, then weeks and days", () => {
  assert.equal(
    dates({ months: 1 }, { start: "2026-01-31" }, 5),
    "2026-01-31 2026-03-31 2026-05-31 2026-07-31 2026-08-31",
  );
  assert.equal(
    dates({ months: 1, days: 1 }, { start: "2026-01-31" }),
    "2026-01-31 2026-04-01 2026-05-02 2026-06-03",
  );
  assert.equal(dates({ years: 1 }, { start: "2024-02-29" }, 3), "2024-02-29 2028-02-29 2032-02-29");
  assert.equal(
    dates({ months: 2, weeks: 1 }, { start: "2026-01-15" }, 3),
    "2026-01-15 2026-03-22 2026-05-29",
  );
  assert.equal(dates({ weeks: 2 }, { start: "2026-01-15" }, 3), "2026-01-15 2026-01-29 2026-02-12");
  assert.equal(
    dates({ years: 1, months: 1 }, { start: "2026-01-15" }, 3),
    "2026-01-15 2027-02-15 2028-03-15",
  );
});

test("calendarInterval() takes the last day of shorter months when told, and goes back to its own day", () => {
  const last = { start: "2026-01-31", onInvalidDay: "last" } as const;
  assert.equal(dates({ months: 1 }, last), "2026-01-31 2026-02-28 2026-03-31 2026-04-30");
  assert.equal(
    dates({ years: 1 }, { ...last, start: "2024-02-29" }),
    "2024-02-29 2025-02-28 2026-02-28 2027-02-28",
  );
});

test("calendarInterval() aligns whole weeks to a weekday", () => {
  assert.equal(dates({ weeks: 1 }, { start: "2026-01-01", dayOfWeek: "mon" }, 2), "2026-01-05 2026-01-12");
  assert.equal(dates({ weeks: 2 }, { start: "2026-01-01", dayOfWeek: 4 }, 2), "2026-01-01 2026-01-15");
  assert.equal(dates({ days: 7 }, { start: "2026-01-01", dayOfWeek: "Sunday" }, 1), "2026-01-04");
  refusal(() => calendarInterval({ days: 1 }, { dayOfWeek: "mon" }));
  refusal(() => calendarInterval({ months: 1 }, { dayOfWeek: "mon" }));
  refusal(() => calendarInterval({ weeks: 1 }, { dayOfWeek: "mon,tue" }));
  refusal(() => calendarInterval({ weeks: 1 }, { dayOfWeek: 8 }));
});

test("calendarInterval() runs once where the clock changes, by its policy", () => {
  const daily = { start: "2026-03-28", at: "02:30", timeZone: "Europe/Berlin" };
  const spring = (options: CalendarIntervalOptions) =>
    calendarInterval({ days: 1 }, { ...daily, ...options }).preview({ from, limit: 3 })[1]!.toString().slice(
      0,
      22,
    );
  assert.equal(spring({}), "2026-03-29T03:00:00+02");
  assert.equal(spring({ gap: "shift" }), "2026-03-29T03:30:00+02");
  assert.equal(spring({ gap: "skip" }), "2026-03-30T02:30:00+02");
  const autumn = calendarInterval({ days: 1 }, { ...daily, start: "2026-10-25", overlap: "both" });
  assert.equal(autumn.preview({ from, limit: 2 }).map((fire) => fire.offset).join(" "), "+02:00 +01:00");
});

test("calendarInterval() fires once for Apia's missing day and keeps its dates", () => {
  const fires = calendarInterval({ days: 1 }, { start: "2011-12-29", at: "09:00", timeZone: "Pacific/Apia" });
  const shown = fires.preview({ from: Temporal.Instant.from("2011-12-01T00:00Z"), limit: 4 });
  const texts = shown.map((fire) => fire.toPlainDateTime().toString());
  assert.deepEqual(texts, [
    "2011-12-29T09:00:00",
    "2011-12-31T00:00:00",
    "2011-12-31T09:00:00",
    "2012-01-01T09:00:00",
  ]);
});

test("calendarInterval() keeps the date of a start on a day that its zone left out", () => {
  const apia = { start: "2011-12-30", at: "09:00", timeZone: "Pacific/Apia" };
  const fires = (options: CalendarIntervalOptions) =>
    calendarInterval({ months: 1 }, options).preview({ from, limit: 2 }).map((fire) =>
      fire.toString().slice(0, 16)
    );
  const early = Temporal.Instant.from("2011-01-01T00:00Z");
  const first = calendarInterval({ years: 1 }, apia).preview({ from: early, limit: 2 });
  assert.deepEqual(first.map((fire) => fire.toString().slice(0, 16)), [
    "2011-12-31T00:00",
    "2012-12-30T09:00",
  ]);
  assert.deepEqual(fires(apia), ["2020-01-30T09:00", "2020-03-30T09:00"]);
  const skipped = calendarInterval({ years: 1 }, { ...apia, gap: "skip" }).nextAfter(early);
  assert.equal(skipped?.toString(), "2012-12-29T19:00:00Z");
});

test("calendarInterval() counts from the anchor when it has no start, and from 1970 when it has neither", () => {
  const weekly = calendarInterval({ weeks: 1 }, { at: "09:00", timeZone: "Europe/Berlin" });
  const anchor = Temporal.Instant.from("2026-01-14T10:00Z");
  const anchored = weekly.preview({ from: anchor, limit: 2, context: { anchor } });
  assert.deepEqual(anchored.map((fire) => fire.toPlainDate().toString()), ["2026-01-21", "2026-01-28"]);
  const early = weekly.preview({
    from: anchor,
    limit: 1,
    context: { anchor: anchor.subtract({ hours: 9 }) },
  });
  assert.equal(early[0]!.toPlainDate().toString(), "2026-01-21");
  assert.equal(calendarInterval({ days: 1 }).nextAfterMs(-1), 0);
});

test("calendarInterval() keeps to start and end, both inclusive", () => {
  const options = { start: "2026-01-01T12:00", end: "2026-01-03T09:00", at: "09:00" };
  assert.equal(dates({ days: 1 }, options, 9), "2026-01-02 2026-01-03");
  assert.equal(
    dates({ days: 1 }, { start: "2026-01-01", end: "2026-01-03" }, 9),
    "2026-01-01 2026-01-02 2026-01-03",
  );
});

test("calendarInterval() takes times of day of every kind", () => {
  const atS = (at: CalendarIntervalOptions["at"]) =>
    calendarInterval({ days: 1 }, { at }).nextAfterMs(-1)! / 1000;
  assert.equal(atS("09:30"), 34_200);
  assert.equal(atS("09:30:15"), 34_215);
  assert.equal(atS({ hour: 9, minute: 30 }), 34_200);
  assert.equal(atS(Temporal.PlainTime.from("09:30")), 34_200);
  const wrong = ["9:30", "24:00", "09:60", "09:30:60", "", "09", { hour: 24 }, { hours: 9 }, 9, null];
  for (const at of wrong) refusal(() => atS(at as string), "invalidTrigger", JSON.stringify(at));
  refusal(() => atS(Temporal.PlainTime.from("09:30:00.5")));
  refusal(() => atS(Temporal.PlainDate.from("2026-01-01") as unknown as string));
});

test("calendarInterval() refuses periods that are empty, negative, finer than a day or unknown", () => {
  const wrong = [
    {},
    { days: 0 },
    { days: -1 },
    { months: 1.5 },
    { hours: 1 },
    { days: 1, minutes: 5 },
    "PT1H",
    "1h",
    { weeks: 0.5 },
    5,
    null,
    { day: 1 },
  ];
  for (const period of wrong) {
    refusal(() => calendarInterval(period as object), "invalidTrigger", JSON.stringify(period));
  }
  refusal(() =>
    calendarInterval({ days: 1 }, { onInvalidDay: "clamp" } as unknown as CalendarIntervalOptions)
  );
  refusal(() => calendarInterval({ days: 1 }, { start: "2026-01-02", end: "2026-01-01" }));
});

test("calendarInterval() refuses values of another kind where options are asked for", () => {
  for (const at of [new Date(), [], new Map()]) {
    refusal(() => calendarInterval({ days: 1 }, { at: at as object }), "invalidTrigger", String(at));
  }
  for (const options of [new Date(), from, [], null, 5, calendarInterval({ days: 1 })]) {
    refusal(
      () => calendarInterval({ days: 1 }, options as CalendarIntervalOptions),
      "invalidTrigger",
      String(options),
    );
  }
});

test("calendarInterval() fires like dates that are added one by one", () => {
  const anyPeriod = fc.record({ months: fc.nat(14), days: fc.nat(40) }).filter(({ months, days }) =>
    months + days > 0
  );
  const anyStart = fc.record({
    year: fc.integer({ min: 1995, max: 2030 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 }),
  });
  const anyTime = fc.record({ hour: fc.nat(23), minute: fc.constantFrom(0, 15, 30) });
  const anyPolicy = fc.tuple(fc.constantFrom(...GAPS), fc.constantFrom(...OVERLAPS));
  fc.assert(
    fc.property(
      anyPeriod,
      anyStart,
      anyTime,
      anyZone,
      anyPolicy,
      (period, first, at, timeZone, [gap, overlap]) => {
        let date = Temporal.PlainDate.from(first);
        const options = { at, start: date, timeZone, gap, overlap };
        const fromS = Math.floor(Date.UTC(date.year, date.month - 1, date.day) / 1000) - 86_400;
        const toS = fromS + 1500 * 86_400;
        const segments = segmentsOf(timeZone, fromS, toS);
        const expected = new Set<number>();
        const lastDate = Temporal.Instant.fromEpochMilliseconds(toS * 1000).toString().slice(0, 10);
        while (date.toString() <= lastDate) {
          const wallS = Date.UTC(date.year, date.month - 1, date.day, at.hour, at.minute) / 1000;
          for (const fire of instantsOf(wallS, segments, gap, overlap)) if (fire < toS) expected.add(fire);
          date = stepOf(date, period);
        }
        const sorted = [...expected].sort((a, b) => a - b);
        assertSame(
          chainFires(calendarInterval(period, options), fromS, toS),
          sorted,
          JSON.stringify({ period, timeZone }),
        );
      },
    ),
    { numRuns: 150 },
  );
});

/** The next date as the rule says it: months until one has the day, then days. */
function stepOf(
  date: Temporal.PlainDate,
  period: { readonly months: number; readonly days: number },
): Temporal.PlainDate {
  let months = period.months;
  let next = date.add({ months });
  while (next.day !== date.day) {
    months += period.months;
    next = date.add({ months });
  }
  return next.add({ days: period.days });
}

test("calendarInterval() includes the day of an end that is a plain date", () => {
  const options = { start: "2024-02-01", end: "2024-05-11", at: { hour: 3 }, timeZone: "America/Halifax" };
  const fires = calendarInterval({ days: 20 }, options).preview({ from: "2024-01-01" });
  assert.equal(fires.at(-1)?.toString(), "2024-05-11T03:00:00-03:00[America/Halifax]");
  assert.equal(fires.length, 6);
  const until = (end: string) =>
    calendarInterval({ days: 20 }, { ...options, end }).preview({ from: 0 }).length;
  assert.equal(until("2024-05-10"), 5);
  assert.equal(until("2024-05-11T03:00"), 6);
  assert.equal(until("2024-05-11T02:59:59"), 5);
});

test("calendarInterval() fires on its last day although the clock changes around its midnight", () => {
  // On 2018-11-03 in Sao Paulo the day ends at 24:00, and midnight of the 4th does not exist: 01:00 follows.
  const gap = calendarInterval({ days: 1 }, {
    at: "00:00",
    start: "2018-11-03",
    end: "2018-11-04",
    timeZone: "America/Sao_Paulo",
  });
  assert.equal(gap.preview({ from: 0 }).at(-1)?.toString(), "2018-11-04T01:00:00-02:00[America/Sao_Paulo]");
  // On 2018-02-17 its last hour exists twice.
  const both = calendarInterval({ days: 1 }, {
    at: "23:30",
    start: "2018-02-17",
    end: "2018-02-17",
    overlap: "both",
    timeZone: "America/Sao_Paulo",
  });
  assert.equal(both.preview({ from: 0 }).length, 2);
  // An end within the day of the start.
  const day = calendarInterval({ days: 1 }, { at: "13:00", start: "2026-01-01T12:00", end: "2026-01-01" });
  assert.equal(day.preview({ from: 0 }).length, 1);
});
