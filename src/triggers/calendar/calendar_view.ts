import { dateFromDays, DAY_S, daysFromDate, yearOf } from "../../time/civil.ts";
import { UTC } from "../../time/time_zone.ts";
import { resolveWall, wallOf, type ZoneTable, zoneTable } from "../../time/zone_table.ts";
import { readCronFields } from "../cron/cron_named_fields.ts";
import { CronWalls } from "../cron/cron_walls.ts";
import type { CalendarView, Trigger, TriggerJSON } from "../trigger.ts";
import { triggerFromJSON } from "../trigger_registry.ts";
import { type CalendarDefinition, validateCalendar } from "./calendar.ts";
import { dayOfDate } from "../../time/moment.ts";

/**
 * The largest number of days in a row that a search looks at: enough for the longest run that a person would write.
 */
const DAYS_MAX = 40_000;
const LAST_DAY = daysFromDate(9999, 12, 31);

/**
 * Makes a calendar that triggers can search from its definition.
 *
 * Throws `invalidTrigger` for a definition that is not understood.
 *
 * @example
 * ```ts
 * import { calendarView, cron } from "carillon";
 *
 * const holidays = calendarView({ yearly: [{ month: "jan", day: 1 }] });
 * const calendars = new Map([["holidays", holidays]]);
 * const daily = cron("0 9 * * *").except("holidays");
 * const next = daily.nextAfter(Temporal.Instant.from("2025-12-31T12:00Z"), { calendars });
 * console.assert(next?.toString() === "2026-01-02T09:00:00Z");
 * ```
 */
export function calendarView(definition: CalendarDefinition): CalendarView {
  return new DefinedCalendar(validateCalendar(definition));
}

/** The first day at or after one that is in a part of a calendar, in days since 1970; Infinity for none. */
type NextDay = (day: number, table: ZoneTable) => number;

class DefinedCalendar implements CalendarView {
  readonly #timeZone: string | undefined;
  readonly #parts: readonly NextDay[];

  constructor(definition: CalendarDefinition) {
    this.#timeZone = definition.timeZone;
    this.#parts = partsOf(definition);
  }

  includesMs(epochMs: number, timeZone?: string): boolean {
    const table = this.#tableFor(timeZone);
    return this.#includes(dayAt(table, epochMs), table);
  }

  nextOutsideMs(epochMs: number, timeZone?: string): number | undefined {
    const table = this.#tableFor(timeZone);
    let day = dayAt(table, epochMs);
    if (!this.#includes(day, table)) return epochMs;
    for (let i = 0; i < DAYS_MAX; i++) {
      day++;
      if (this.#includes(day, table)) continue;
      const atMs = startMs(table, day);
      if (dayAt(table, atMs) === day) return atMs;
    }
    return undefined;
  }

  nextInsideMs(epochMs: number, timeZone?: string): number | undefined {
    const table = this.#tableFor(timeZone);
    let day = dayAt(table, epochMs);
    if (this.#includes(day, table)) return epochMs;
    for (let i = 0; i < DAYS_MAX; i++) {
      day = this.#next(day + 1, table);
      if (day > LAST_DAY) return undefined;
      const atMs = startMs(table, day);
      // A day that the zone left out does not begin.
      if (dayAt(table, atMs) === day) return atMs;
    }
    return undefined;
  }

  #tableFor(timeZone: string | undefined): ZoneTable {
    return zoneTable(this.#timeZone ?? timeZone ?? UTC);
  }

  #includes(day: number, table: ZoneTable): boolean {
    return this.#parts.some((part) => part(day, table) === day);
  }

  #next(day: number, table: ZoneTable): number {
    return Math.min(...this.#parts.map((part) => part(day, table)));
  }
}

function partsOf(definition: CalendarDefinition): NextDay[] {
  const parts: NextDay[] = [];
  const ranges = [
    ...(definition.dates ?? []).map((date) => [dayOfDate(String(date)), dayOfDate(String(date))] as const),
    ...(definition.ranges ?? []).map(({ from, to }) =>
      [dayOfDate(String(from)), dayOfDate(String(to))] as const
    ),
  ];
  if (ranges.length > 0) parts.push(daysInRanges(ranges));
  for (const rule of definition.yearly ?? []) {
    parts.push(
      "easter" in rule
        ? daysFromEaster(rule.easter)
        : daysOfCron({ month: `${rule.month}`, day: `${rule.day}` }),
    );
  }
  if (definition.weekdays !== undefined) parts.push(daysOfCron({ dayOfWeek: definition.weekdays }));
  if (definition.trigger !== undefined) parts.push(daysOfTrigger(definition.trigger as TriggerJSON));
  return parts;
}

function daysInRanges(ranges: readonly (readonly [from: number, to: number])[]): NextDay {
  const merged: [from: number, to: number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return (day) => {
    let low = 0;
    let high = merged.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (merged[middle]![1] < day) low = middle + 1;
      else high = middle;
    }
    const range = merged[low];
    return range ? Math.max(day, range[0]) : Infinity;
  };
}

function daysOfCron(fields: Readonly<Record<string, string>>): NextDay {
  const walls = new CronWalls(readCronFields(fields));
  return (day) => walls.nextWall(day * DAY_S) / DAY_S;
}

function daysFromEaster(offset: number): NextDay {
  return (day) => {
    for (let year = yearOf(dateFromDays(day)) - 1;; year++) {
      const found = easterDay(year) + offset;
      if (found >= day) return found;
    }
  };
}

function daysOfTrigger(json: TriggerJSON): NextDay {
  const trigger = triggerFromJSON(json);
  // A trigger without a zone goes by the zone that the calendar is read in.
  const inZone = new Map<string, Trigger>();
  return (day, table) => {
    let local = inZone.get(table.timeZone);
    if (!local) inZone.set(table.timeZone, local = trigger.withTimeZone(table.timeZone));
    const fireMs = local.nextAfterMs(startMs(table, day) - 1);
    return fireMs === undefined ? Infinity : dayAt(table, fireMs);
  };
}

function dayAt(table: ZoneTable, epochMs: number): number {
  return Math.floor(wallOf(table, Math.floor(epochMs / 1000)) / DAY_S);
}

function startMs(table: ZoneTable, day: number): number {
  return resolveWall(table, day * DAY_S) * 1000;
}

/** Easter Sunday of the Gregorian calendar, in days since 1970-01-01. */
export function easterDay(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const skippedLeapDays = century - Math.floor(century / 4);
  const moonCorrection = Math.floor((8 * century + 13) / 25);
  const epact = (19 * golden + skippedLeapDays - moonCorrection + 15) % 30;
  const fullMoon = epact -
    (Math.floor(epact / 28)) * (1 - Math.floor(29 / (epact + 1)) * Math.floor((21 - golden) / 11));
  const weekday = (year + Math.floor(year / 4) + fullMoon + 2 - skippedLeapDays) % 7;
  // Days from the 28th of March: Easter is the Sunday after the full moon.
  return daysFromDate(year, 3, 28) + fullMoon - weekday;
}
