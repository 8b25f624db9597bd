import { fc } from "../properties.ts";
import { and, or } from "../../src/triggers/and_or.ts";
import { calendarInterval } from "../../src/triggers/calendar_interval.ts";
import { calendarView } from "../../src/triggers/calendar/calendar_view.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { date } from "../../src/triggers/date.ts";
import { fixedDelay } from "../../src/triggers/fixed_delay.ts";
import { interval } from "../../src/triggers/interval.ts";
import type { Trigger, TriggerContext } from "../../src/triggers/trigger.ts";
import { anyExpression, anyZone } from "./cron/cron_arbitrary.ts";

const EARLIEST_MS = Date.UTC(1990, 0, 1);
const LATEST_MS = Date.UTC(2037, 0, 1);

/** Any whole millisecond of the years that people schedule in. */
export const anyMs: fc.Arbitrary<number> = fc.integer({ min: EARLIEST_MS, max: LATEST_MS });

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const anyInstant = anyMs.map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));
const anyGap = optional(fc.constantFrom("skip" as const, "after" as const, "shift" as const));
const anyOverlap = optional(fc.constantFrom("first" as const, "second" as const, "both" as const));
const anyStart = optional(anyInstant);

const anyCron: fc.Arbitrary<Trigger> = fc.tuple(
  anyExpression,
  optional(anyZone),
  anyGap,
  anyOverlap,
  anyStart,
)
  .map(([{ text }, timeZone, gap, overlap, start]) => cron(text, { timeZone, gap, overlap, start }));

const anyInterval: fc.Arbitrary<Trigger> = fc.tuple(
  fc.integer({ min: 1000, max: 1e9 }),
  anyStart,
  optional(fc.constantFrom("atStart" as const, "afterPeriod" as const)),
).map(([milliseconds, start, first]) => interval({ milliseconds }, { start, first }));

const anyCalendarInterval: fc.Arbitrary<Trigger> = fc.tuple(
  fc.record({ months: fc.nat(30), days: fc.nat(50) }).filter(({ months, days }) => months + days > 0),
  fc.record({ hour: fc.nat(23), minute: fc.nat(59), second: fc.nat(59) }),
  anyZone,
  anyStart,
  anyGap,
  anyOverlap,
  optional(fc.constantFrom("skip" as const, "last" as const)),
).map(([period, at, timeZone, start, gap, overlap, onInvalidDay]) =>
  calendarInterval(period, { at, timeZone, start, gap, overlap, onInvalidDay })
);

const anySimple: fc.Arbitrary<Trigger> = fc.oneof(
  { weight: 4, arbitrary: anyCron },
  { weight: 2, arbitrary: anyInterval },
  { weight: 3, arbitrary: anyCalendarInterval },
  { weight: 1, arbitrary: anyInstant.map((instant) => date(instant)) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 1e9 }), anyStart).map(([milliseconds, start]) =>
      fixedDelay({ milliseconds }, { start })
    ),
  },
);

const anyFiltered: fc.Arbitrary<Trigger> = fc.tuple(
  anySimple,
  fc.constantFrom("except" as const, "only" as const),
  fc.constantFrom("skip" as const, "next" as const, "previous" as const),
).map(([trigger, kind, onHoliday]) => trigger[kind]("holidays", { onHoliday }));

/** A random trigger of any built-in kind. */
export const anyTrigger: fc.Arbitrary<Trigger> = fc.oneof(
  { weight: 6, arbitrary: anySimple },
  {
    weight: 2,
    arbitrary: fc.array(fc.oneof(anySimple, anyFiltered), { minLength: 1, maxLength: 3 }).map(or),
  },
  { weight: 1, arbitrary: fc.tuple(anyCron, anyCron).map((parts) => and(parts, { maxIterations: 200 })) },
  { weight: 2, arbitrary: anyFiltered },
);

/** The context of random triggers. */
export const anyContext: fc.Arbitrary<TriggerContext> = fc.tuple(anyInstant, optional(anyInstant)).map(
  ([anchor, lastFinished]) => ({
    anchor,
    lastFinished,
    calendars: new Map([[
      "holidays",
      calendarView({
        yearly: [{ month: "jan", day: 1 }, { easter: -2 }, { easter: 1 }, { month: "nov", day: "4th thu" }],
        weekdays: "sat,sun",
        ranges: [{ from: "2010-07-01", to: "2010-08-31" }],
      }),
    ]]),
  }),
);
