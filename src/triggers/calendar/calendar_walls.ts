import { dateFromDays, DAY_S, dayOf, daysFromDate, monthLength, monthOf, yearOf } from "../../time/civil.ts";
import type { WallSource } from "../zoned_search.ts";

const LAST_YEAR = 9999;
const LAST_DAY = daysFromDate(LAST_YEAR, 12, 31);

/** Where a calendar interval begins and how it goes on. */
export interface CalendarSteps {
  /** The first date, in days since 1970-01-01. */
  readonly firstDay: number;
  /** Months added first (years are 12 each). */
  readonly months: number;
  /** Days added then (weeks are 7 each). */
  readonly days: number;
  /** What becomes of a day that a month does not have. */
  readonly onInvalidDay: "skip" | "last";
  /** The time of day in seconds. */
  readonly atS: number;
}

/** The wall times of a calendar interval. */
export class CalendarWalls implements WallSource {
  readonly #steps: CalendarSteps;
  /** A date of the walk that a later search can go on from; it saves steps and changes no answer. */
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
    const wanted = Math.max(firstDay, Math.ceil((fromS - atS) / DAY_S));
    if (wanted > LAST_DAY) return Infinity;
    let day: number;
    if (months === 0) day = firstDay + Math.ceil((wanted - firstDay) / days) * days;
    else day = days === 0 ? this.#byMonths(wanted) : this.#byWalking(wanted);
    return day > LAST_DAY ? Infinity : day * DAY_S + atS;
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
