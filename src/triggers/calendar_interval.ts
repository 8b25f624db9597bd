import { withoutUndefined } from "../model/payload.ts";
import {
  dateFromDays,
  DAY_S,
  dayOf,
  daysFromDate,
  monthLength,
  monthOf,
  weekdayOf,
  yearOf,
} from "../time/civil.ts";
import { type DurationInput, durationParts } from "../time/duration.ts";
import { dayOfDate, isDateMoment, isLocalMoment } from "../time/moment.ts";
import { timeZoneId, UTC } from "../time/time_zone.ts";
import { wallOf, type ZoneTable, zoneTable } from "../time/zone_table.ts";
import { checkKeys, checkWord, invalidTrigger, readDuration, shown } from "./checks.ts";
import { CRON_FIELDS } from "./cron/cron_grammar.ts";
import { CronScanner, readValue } from "./cron/cron_scanner.ts";
import { type TimeOfDayInput, timeOfDayS, timeOfDayText } from "./time_of_day.ts";
import type { Trigger, TriggerContext, TriggerCore, TriggerJSON } from "./trigger.ts";
import { triggerOf } from "./trigger_value.ts";
import { readWindow, type Window, type WindowOptions } from "./window.ts";
import {
  type ClockGapPolicy,
  type ClockOverlapPolicy,
  firstFireS,
  gapPolicies,
  overlapPolicies,
  type WallSource,
} from "./zoned_search.ts";

/**
 * Options of {@linkcode calendarInterval}. `start` gives the first date; it and `end` bound the fires too. An `end`
 * that is a plain date includes that day.
 */
export interface CalendarIntervalOptions extends WindowOptions {
  /** The time of day. @default "00:00" */
  readonly at?: TimeOfDayInput | undefined;
  /** The zone whose clock and calendar count. @default the scheduler's; UTC for a bare trigger */
  readonly timeZone?: string | undefined;
  /** The policy for a local time that does not exist. @default "after" */
  readonly gap?: ClockGapPolicy | undefined;
  /** The policy for a local time that exists twice. @default "first" */
  readonly overlap?: ClockOverlapPolicy | undefined;
  /** The policy for a month that lacks the day: it is skipped, or its last day is taken. @default "skip" */
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
  checkWord(options.gap, gapPolicies, "gap");
  checkWord(options.overlap, overlapPolicies, "overlap");
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
  return calendarInterval(
    withoutUndefined({ months, days }) as DurationInput,
    options as CalendarIntervalOptions,
  );
}

class CalendarIntervalCore implements TriggerCore {
  readonly kind = "calendarInterval";
  readonly timeZone: string | undefined;
  readonly #period: CalendarPeriod;
  readonly #options: CalendarIntervalOptions;
  readonly #window: Window;
  /** The date of a local start. */
  readonly #startDay: number | undefined;
  /** The date of an end that is a plain date: its last fire may be past midnight, where the clock changes. */
  readonly #endDay: number | undefined;
  readonly #atS: number;
  readonly #dayOfWeek: number | undefined;
  #table: ZoneTable | undefined;
  /** The walls from the last requested first date. */
  #walls: { readonly baseDay: number; readonly walls: CalendarWalls } | undefined;

  constructor(period: CalendarPeriod, options: CalendarIntervalOptions) {
    this.timeZone = options.timeZone;
    this.#period = period;
    this.#options = options;
    this.#window = readWindow(options, options.timeZone, true);
    const { start, end } = this.#window;
    this.#startDay = start !== undefined && isLocalMoment(start) ? dayOfDate(start) : undefined;
    this.#endDay = end !== undefined && isDateMoment(end) ? dayOfDate(end) : undefined;
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
    const isIn = fireS !== Infinity && (this.#endDay !== undefined || fireS * 1000 <= endMs);
    return isIn ? fireS * 1000 : undefined;
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
    return withoutUndefined({
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

  /**
   * The date that the start is on; a start that was given as a local date is on that one, even where a zone left it
   * out.
   */
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
      lastDay: this.#endDay,
    });
    this.#walls = { baseDay, walls };
    return walls;
  }
}

/** A period of the calendar: months are added first, then days. */
export interface CalendarPeriod {
  /** Months; a year is 12. */
  readonly months: number;
  /** Days; a week is 7. */
  readonly days: number;
}

/** More than this never comes round within the years that Carillon counts. */
const MONTHS_MAX = 12 * 10_000;

/** Reads a period of years, months, weeks and days. Throws `invalidTrigger`. */
export function readCalendarPeriod(period: unknown): CalendarPeriod {
  const parts = readDuration(() => durationParts(period, "The period"), "The period");
  const { years = 0, months = 0, weeks = 0, days = 0, ...finer } = parts;
  if (Object.values(finer).some((part) => part !== 0)) {
    throw invalidTrigger("The period must be whole years, months, weeks and days", {
      hint: "use interval() for hours and less, and at for the time of day",
    });
  }
  if (![years, months, weeks, days].every(Number.isInteger)) {
    throw invalidTrigger("The period must be whole years, months, weeks and days", {
      expected: "{ months: 1 } or 'P1M'",
    });
  }
  const total = { months: years * 12 + months, days: weeks * 7 + days };
  if (total.months + total.days === 0) {
    throw invalidTrigger("The period must be longer than nothing, but got 0");
  }
  if (total.months > MONTHS_MAX || total.days > MONTHS_MAX * 31) {
    throw invalidTrigger("The period is too long");
  }
  return total;
}

/** Reads one weekday: a name, or 0–7 where 0 and 7 are Sunday. Throws `invalidTrigger`. */
export function readWeekday(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 7) return value % 7;
  if (typeof value !== "string") {
    throw invalidTrigger(`dayOfWeek must be a weekday such as 'mon', but got ${shown(value)}`, {
      field: "dayOfWeek",
    });
  }
  const scanner = new CronScanner(value, 0, value.length, CRON_FIELDS.dayOfWeek);
  const weekday = readValue(scanner, CRON_FIELDS.dayOfWeek, "fields");
  if (!scanner.done) {
    throw scanner.fail(
      `Unexpected ${scanner.shownNext} in dayOfWeek`,
      "one weekday such as 'mon'",
      "dayOfWeek aligns weeks; use cron() for several weekdays",
    );
  }
  return weekday % 7;
}

const LAST_YEAR = 9999;
const LAST_DAY = daysFromDate(LAST_YEAR, 12, 31);

/** The first date and the steps of a calendar interval. */
export interface CalendarSteps {
  /** The first date, in days since 1970-01-01. */
  readonly firstDay: number;
  /** Months added first (years are 12 each). */
  readonly months: number;
  /** Days added then (weeks are 7 each). */
  readonly days: number;
  /** The policy for a day that a month does not have. */
  readonly onInvalidDay: "skip" | "last";
  /** The time of day in seconds. */
  readonly atS: number;
  /** The last date. @default the last one that Carillon counts */
  readonly lastDay?: number | undefined;
}

/** The wall times of a calendar interval. */
export class CalendarWalls implements WallSource {
  readonly #steps: CalendarSteps;
  /** A date of the walk from which a later search can continue; it saves steps and changes no result. */
  #reached: number;

  /** Stands at the first date. */
  constructor(steps: CalendarSteps) {
    this.#steps = steps;
    this.#reached = steps.firstDay;
  }

  /** The first date of the walk. */
  get firstDay(): number {
    return this.#steps.firstDay;
  }

  /** The first wall time at or after one. */
  nextWall(fromS: number): number {
    const { firstDay, months, days, atS } = this.#steps;
    const lastDay = Math.min(LAST_DAY, this.#steps.lastDay ?? LAST_DAY);
    const wanted = Math.max(firstDay, Math.ceil((fromS - atS) / DAY_S));
    if (wanted > lastDay) return Infinity;
    let day: number;
    if (months === 0) day = firstDay + Math.ceil((wanted - firstDay) / days) * days;
    else day = days === 0 ? this.#byMonths(wanted) : this.#byWalking(wanted);
    return day > lastDay ? Infinity : day * DAY_S + atS;
  }

  /** Whole months keep the day of the first date, so the one wanted can be computed. */
  #byMonths(wanted: number): number {
    const { firstDay, months } = this.#steps;
    const first = dateFromDays(firstDay);
    const date = dateFromDays(wanted);
    const firstMonth = yearOf(first) * 12 + monthOf(first) - 1;
    const distance = yearOf(date) * 12 + monthOf(date) - 1 - firstMonth;
    let month = firstMonth + Math.ceil(distance / months) * months;
    for (;;) {
      if (month > LAST_YEAR * 12 + 11) return Infinity;
      const day = this.#dayInMonth(month, dayOf(first));
      if (day !== undefined && day >= wanted) return day;
      month += months;
    }
  }

  /** Months and days together depend on every date on the way. */
  #byWalking(wanted: number): number {
    let day = this.#reached < wanted ? this.#reached : this.#steps.firstDay;
    while (day < wanted) {
      this.#reached = day;
      day = this.#step(day);
    }
    return day;
  }

  #step(from: number): number {
    const date = dateFromDays(from);
    let month = yearOf(date) * 12 + monthOf(date) - 1;
    for (;;) {
      month += this.#steps.months;
      if (month > LAST_YEAR * 12 + 11) return Infinity;
      const day = this.#dayInMonth(month, dayOf(date));
      if (day !== undefined) return day + this.#steps.days;
    }
  }

  /** A day of a month counted from year 0; undefined when the month has no such day and is to be skipped. */
  #dayInMonth(monthIndex: number, day: number): number | undefined {
    const year = Math.floor(monthIndex / 12);
    const month = monthIndex - year * 12 + 1;
    const length = monthLength(year, month);
    if (day <= length) return daysFromDate(year, month, day);
    return this.#steps.onInvalidDay === "last" ? daysFromDate(year, month, length) : undefined;
  }
}
