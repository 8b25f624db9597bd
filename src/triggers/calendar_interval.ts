import type { DurationInput } from "../time/duration.ts";
import { DAY_S, daysFromDate, weekdayOf } from "../time/civil.ts";
import { isLocalMoment } from "../time/moment.ts";
import type { Moment } from "../time/moment.ts";
import { wallOf } from "../time/resolve_wall.ts";
import { Temporal } from "../time/temporal.ts";
import { timeZoneId, UTC } from "../time/time_zone.ts";
import { zoneTable } from "../time/zone_table.ts";
import type { ZoneTable } from "../time/zone_table.ts";
import { type CalendarPeriod, readCalendarPeriod, readWeekday } from "./calendar/calendar_period.ts";
import { CalendarWalls } from "./calendar/calendar_walls.ts";
import { invalidTrigger } from "./invalid_trigger.ts";
import { checkKeys, checkWord, defined } from "./options.ts";
import { timeOfDayS, timeOfDayText } from "./time_of_day.ts";
import type { TimeOfDayInput } from "./time_of_day.ts";
import type { Trigger, TriggerContext, TriggerJSON } from "./trigger.ts";
import type { TriggerCore } from "./trigger_core.ts";
import { triggerOf } from "./trigger_value.ts";
import { readWindow } from "./window.ts";
import type { Window, WindowOptions } from "./window.ts";
import { firstFireS } from "./zoned_search.ts";
import type { ClockGapPolicy, ClockOverlapPolicy } from "./zoned_search.ts";

/** Options of {@linkcode calendarInterval}. `start` gives the first date; it and `end` bound the fires too. */
export interface CalendarIntervalOptions extends WindowOptions {
  /** The time of day. @default "00:00" */
  readonly at?: TimeOfDayInput | undefined;
  /** The zone whose clock and calendar count. @default the scheduler's; UTC for a bare trigger */
  readonly timeZone?: string | undefined;
  /** What happens at a local time that does not exist. @default "after" */
  readonly gap?: ClockGapPolicy | undefined;
  /** What happens at a local time that exists twice. @default "first" */
  readonly overlap?: ClockOverlapPolicy | undefined;
  /** What becomes of a month that lacks the day: it is skipped, or its last day is taken. @default "skip" */
  readonly onInvalidDay?: "skip" | "last" | undefined;
  /** The weekday that whole weeks are aligned to: a name, or 0–7 (0 and 7 are Sunday). @default the first date's */
  readonly dayOfWeek?: string | number | undefined;
}

const OPTIONS = ["at", "timeZone", "start", "end", "gap", "overlap", "onInvalidDay", "dayOfWeek"];

/**
 * Fires by the calendar: from the previous date, years and months are added keeping the day of the month, then
 * weeks and days; then comes the time of day. Without a `start` it counts from the date on which its schedule
 * was first stored (a bare one: from 1970-01-01).
 *
 * Throws `invalidTrigger` for an empty or negative period and for one with hours or less (use `interval`),
 * `unknownTimeZone` for what is no zone.
 *
 * @example
 * ```ts
 * import { calendarInterval } from "carillon";
 *
 * const monthly = calendarInterval({ months: 1 }, { at: "09:00", start: "2026-01-31", timeZone: "Europe/Berlin" });
 * const dates = monthly.preview({ from: Temporal.Instant.from("2026-01-01T00:00Z"), limit: 3 });
 * console.assert(dates.map((date) => date.toPlainDate()).join(" ") === "2026-01-31 2026-03-31 2026-05-31");
 * ```
 */
export function calendarInterval(period: DurationInput, options: CalendarIntervalOptions = {}): Trigger {
  checkKeys(options, OPTIONS, "The options of calendarInterval()");
  checkWord(options.gap, ["skip", "after", "shift"], "gap");
  checkWord(options.overlap, ["first", "second", "both"], "overlap");
  checkWord(options.onInvalidDay, ["skip", "last"], "onInvalidDay");
  const timeZone = options.timeZone === undefined ? undefined : timeZoneId(options.timeZone);
  return triggerOf(new CalendarIntervalCore(readCalendarPeriod(period), { ...options, timeZone }));
}

/** Reads the JSON of a `calendarInterval` trigger. */
export function calendarIntervalFromJSON(json: TriggerJSON): Trigger {
  const { kind: _, months, days, ...options } = checkKeys(
    json,
    ["kind", "months", "days", ...OPTIONS],
    "A calendar interval trigger",
  );
  return calendarInterval(defined({ months, days }) as DurationInput, options as CalendarIntervalOptions);
}

class CalendarIntervalCore implements TriggerCore {
  readonly kind = "calendarInterval";
  readonly timeZone: string | undefined;
  readonly #period: CalendarPeriod;
  readonly #options: CalendarIntervalOptions;
  readonly #window: Window;
  /** The date of a local start. */
  readonly #startDay: number | undefined;
  readonly #atS: number;
  readonly #dayOfWeek: number | undefined;
  #table: ZoneTable | undefined;
  /** The walls from the first date that was asked for last. */
  #walls: { readonly baseDay: number; readonly walls: CalendarWalls } | undefined;

  constructor(period: CalendarPeriod, options: CalendarIntervalOptions) {
    this.timeZone = options.timeZone;
    this.#period = period;
    this.#options = options;
    this.#window = readWindow(options, options.timeZone);
    this.#startDay = localDay(this.#window.start);
    this.#atS = options.at === undefined ? 0 : timeOfDayS(options.at, "at");
    this.#dayOfWeek = options.dayOfWeek === undefined ? undefined : readWeekday(options.dayOfWeek);
    if (this.#dayOfWeek !== undefined && (period.months !== 0 || period.days % 7 !== 0)) {
      throw invalidTrigger("dayOfWeek needs a period of whole weeks", {
        field: "dayOfWeek",
        hint: "use cron({ day: '1st mon' }) for weekdays of a month",
      });
    }
  }

  nextAfterMs(epochMs: number, context?: TriggerContext): number | undefined {
    const table = this.#table ??= zoneTable(this.timeZone ?? UTC);
    const { startMs, endMs } = this.#window;
    const baseMs = startMs !== -Infinity ? startMs : context?.anchor?.epochMilliseconds ?? 0;
    const fromS = Math.max(Math.floor(epochMs / 1000) + 1, Math.ceil(baseMs / 1000));
    const { gap = "after", overlap = "first" } = this.#options;
    const fireS = firstFireS(this.#wallsFrom(this.#baseDay(baseMs, table)), table, gap, overlap, fromS);
    return fireS !== Infinity && fireS * 1000 <= endMs ? fireS * 1000 : undefined;
  }

  withTimeZone(timeZone: string): TriggerCore {
    if (this.timeZone !== undefined) return this;
    const { start, end } = this.#window;
    return new CalendarIntervalCore(this.#period, {
      ...this.#options,
      at: timeOfDayText(this.#atS),
      start,
      end,
      timeZone,
    });
  }

  toJSON(): TriggerJSON {
    const { months, days } = this.#period;
    const { gap, overlap, onInvalidDay, dayOfWeek } = this.#options;
    return defined({
      kind: this.kind,
      months: months || undefined,
      days: days || undefined,
      at: timeOfDayText(this.#atS),
      start: this.#window.start,
      end: this.#window.end,
      timeZone: this.timeZone,
      gap,
      overlap,
      onInvalidDay: onInvalidDay === "skip" ? undefined : onInvalidDay,
      dayOfWeek: dayOfWeek === undefined ? undefined : this.#dayOfWeek,
    });
  }

  /** The date that the start is on; a start that was given as a local date is on that one, even where a zone left it out. */
  #baseDay(baseMs: number, table: ZoneTable): number {
    return this.#startDay ?? Math.floor(wallOf(table, Math.floor(baseMs / 1000)) / DAY_S);
  }

  #wallsFrom(baseDay: number): CalendarWalls {
    if (this.#walls?.baseDay === baseDay) return this.#walls.walls;
    const align = this.#dayOfWeek === undefined ? 0 : (this.#dayOfWeek - weekdayOf(baseDay) + 7) % 7;
    const walls = new CalendarWalls({
      firstDay: baseDay + align,
      ...this.#period,
      onInvalidDay: this.#options.onInvalidDay ?? "skip",
      atS: this.#atS,
    });
    this.#walls = { baseDay, walls };
    return walls;
  }
}

/** The date of a stored point in time that is local, in days since 1970-01-01. */
function localDay(moment: Moment | undefined): number | undefined {
  if (moment === undefined || !isLocalMoment(moment)) return undefined;
  const { year, month, day } = Temporal.PlainDate.from(moment);
  return daysFromDate(year, month, day);
}
