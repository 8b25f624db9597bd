import {
  dateFromDays,
  DAY_S,
  dayOf,
  daysFromDate,
  monthLength,
  monthOf,
  weekdayOf,
  yearOf,
} from "../../time/civil.ts";
import { bits60, bitsOf, lowestBit, nextOf60 } from "./bits.ts";
import { coversField, type CronDefinition, valuesOf } from "./cron_grammar.ts";
import {
  type DaySet,
  type SpecialDays,
  specialDays,
  specialMonthDays,
  specialWeekdays,
  weekDays,
  weekdaySet,
} from "./cron_month.ts";
import type { WallSource } from "../zoned_search.ts";

const LAST_YEAR = 9999;
const LAST_DAY = daysFromDate(LAST_YEAR, 12, 31);
/** After so many years the calendar repeats itself to the day: what did not match by then never does. */
const CYCLE_YEARS = 400;
const ALL_DAYS = 0x7fffffff;
const ALL_WEEKDAYS = 127;
const ALL_MONTHS = 0x1ffe;

/** The wall times of a cron expression, found by integer arithmetic on bit sets. */
export class CronWalls implements WallSource {
  readonly #hours: number;
  readonly #minutesLow: number;
  readonly #minutesHigh: number;
  readonly #secondsLow: number;
  readonly #secondsHigh: number;
  readonly #firstMinuteS: number;
  readonly #firstSecond: number;
  readonly #months: number;
  readonly #days: DaySet;
  readonly #weekdays: number;
  readonly #special: SpecialDays | undefined;
  readonly #years: readonly number[] | undefined;
  /** True if a day needs only one of its two fields to match. */
  readonly #eitherDay: boolean;
  /** The way days are searched: all match, or only the weekday matters, or months must be walked. */
  readonly #search: "every" | "weekday" | "month";

  /** Turns what was read into bit sets. */
  constructor(definition: CronDefinition) {
    const { year, month, day, dayOfWeek, hour, minute, second } = definition.fields;
    this.#hours = bitsOf(valuesOf(hour));
    const minutes = bits60(valuesOf(minute));
    const seconds = bits60(valuesOf(second));
    this.#minutesLow = minutes.low;
    this.#minutesHigh = minutes.high;
    this.#secondsLow = seconds.low;
    this.#secondsHigh = seconds.high;
    this.#firstSecond = nextOf60(seconds.low, seconds.high, 0);
    this.#firstMinuteS = nextOf60(minutes.low, minutes.high, 0) * 60 + this.#firstSecond;
    this.#months = bitsOf(valuesOf(month));
    this.#days = bitsOf(valuesOf(day).map((value) => value - 1));
    this.#weekdays = bitsOf(valuesOf(dayOfWeek));
    this.#special = specialDays(definition);
    this.#years = coversField(year) ? undefined : [...new Set(valuesOf(year))].sort((a, b) => a - b);
    this.#eitherDay = definition.form === "text" && !day.open && !dayOfWeek.open && !dayOfWeek.plus;
    this.#search = this.#searchKind();
  }

  /** The first wall time that matches at or after a wall time, in seconds; Infinity when there is none. */
  nextWall(fromS: number): number {
    let day = Math.floor(fromS / DAY_S);
    let second = fromS - day * DAY_S;
    if (day < 0) {
      day = 0;
      second = 0;
    }
    const matching = this.#nextDay(day);
    if (matching === day) {
      const found = this.#nextTime(second);
      if (found >= 0) return day * DAY_S + found;
      const later = this.#nextDay(day + 1);
      return later * DAY_S + this.#firstTime();
    }
    return matching * DAY_S + this.#firstTime();
  }

  #firstTime(): number {
    return lowestBit(this.#hours) * 3600 + this.#firstMinuteS;
  }

  #nextTime(fromS: number): number {
    const hour = fromS / 3600 | 0;
    const rest = this.#hours >> hour;
    if (rest & 1) {
      const secondOfHour = fromS - hour * 3600;
      const minute = secondOfHour / 60 | 0;
      const second = nextOf60(this.#secondsLow, this.#secondsHigh, secondOfHour - minute * 60);
      const found = nextOf60(this.#minutesLow, this.#minutesHigh, second < 0 ? minute + 1 : minute);
      if (found >= 0) return hour * 3600 + found * 60 + (found === minute ? second : this.#firstSecond);
    }
    const later = rest >> 1;
    return later === 0 ? -1 : (hour + 1 + lowestBit(later)) * 3600 + this.#firstMinuteS;
  }

  #nextDay(day: number): number {
    if (day > LAST_DAY) return Infinity;
    if (this.#search === "every") return day;
    if (this.#search === "month") return this.#nextDayByMonth(day);
    const weekday = weekdayOf(day);
    const found = day + lowestBit((this.#weekdays | this.#weekdays << 7) >> weekday);
    return found > LAST_DAY ? Infinity : found;
  }

  #nextDayByMonth(from: number): number {
    const date = dateFromDays(from);
    let year = yearOf(date);
    let month = monthOf(date);
    let index = dayOf(date) - 1;
    const lastYear = this.#years ? LAST_YEAR : Math.min(LAST_YEAR, year + CYCLE_YEARS);
    for (;;) {
      const laterMonths = this.#months >> month;
      if (laterMonths === 0 || this.#nextYear(year) !== year) {
        year = this.#nextYear(year + 1);
        if (year > lastYear) return Infinity;
        month = 1;
        index = 0;
        continue;
      }
      if (!(laterMonths & 1)) {
        month += lowestBit(laterMonths);
        index = 0;
      }
      const days = this.#daysOf(year, month) >> index;
      if (days !== 0) return daysFromDate(year, month, index + 1 + lowestBit(days));
      month++;
      index = 0;
    }
  }

  #nextYear(year: number): number {
    const years = this.#years;
    if (!years) return year;
    let low = 0;
    let high = years.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (years[middle]! < year) low = middle + 1;
      else high = middle;
    }
    return years[low] ?? Infinity;
  }

  #daysOf(year: number, month: number): DaySet {
    const length = monthLength(year, month);
    const inMonth = length === 31 ? ALL_DAYS : (1 << length) - 1;
    const special = this.#special;
    let days = this.#days;
    let weekdays = this.#weekdays === ALL_WEEKDAYS
      ? ALL_DAYS
      : weekdaySet(this.#weekdays, weekdayOf(daysFromDate(year, month, 1)));
    if (special) {
      days |= specialMonthDays(special, year, month);
      weekdays |= specialWeekdays(special, year, month);
    }
    const matching = this.#eitherDay ? days | weekdays : days & weekdays;
    return (special?.weeks ? matching & weekDays(special.weeks, year, month) : matching) & inMonth;
  }

  #searchKind(): "every" | "weekday" | "month" {
    if (this.#months !== ALL_MONTHS || this.#special || this.#years) return "month";
    const everyDay = this.#days === ALL_DAYS;
    const everyWeekday = this.#weekdays === ALL_WEEKDAYS;
    if (this.#eitherDay ? everyDay || everyWeekday : everyDay && everyWeekday) return "every";
    return everyDay && !this.#eitherDay ? "weekday" : "month";
  }
}
