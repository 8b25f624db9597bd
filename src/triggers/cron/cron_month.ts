import { daysFromDate, isoWeekOf, monthLength, weekdayOf } from "../../time/civil.ts";
import { bitsOf, lowestBit } from "./bits.ts";
import { coversField, type CronDefinition, type CronItem, valuesOf, weekdays } from "./cron_grammar.ts";

/** The days of a month are bits 0–30 of an integer: bit 0 is the 1st. */
export type DaySet = number;

/** The pieces of the day fields that are neither plain days of the month nor plain weekdays. */
export interface SpecialDays {
  /** `L-n`, bit n. */
  readonly beforeLast: number;
  /** `15W`, bit 14. */
  readonly nearestWorkdays: DaySet;
  /** `LW`. */
  readonly lastWorkday: boolean;
  /** `3rd fri` and the like in the day field: for each nth (0 is the last) the weekdays as bits 0–6. */
  readonly nthOfDay: readonly number[] | undefined;
  /** `fri#3` and the like in the weekday field. */
  readonly nthOfWeekday: readonly number[] | undefined;
  /** The ISO weeks; undefined for all. */
  readonly weeks: ReadonlySet<number> | undefined;
}

/** The special days of a definition; undefined when it has none. */
export function specialDays(definition: CronDefinition): SpecialDays | undefined {
  const { day, dayOfWeek, week } = definition.fields;
  const lastDays: number[] = [];
  const nearest: number[] = [];
  for (const item of day.items) {
    if (item.type === "lastDay") lastDays.push(item.before);
    else if (item.type === "nearestWorkday") nearest.push(item.day - 1);
  }
  const special: SpecialDays = {
    beforeLast: bitsOf(lastDays),
    nearestWorkdays: bitsOf(nearest),
    lastWorkday: day.items.some((item) => item.type === "lastWorkday"),
    nthOfDay: nthWeekdays(day.items),
    nthOfWeekday: nthWeekdays(dayOfWeek.items),
    weeks: coversField(week) ? undefined : new Set(valuesOf(week)),
  };
  return special.beforeLast === 0 && special.nearestWorkdays === 0 && !special.lastWorkday &&
      !special.nthOfDay && !special.nthOfWeekday && !special.weeks
    ? undefined
    : special;
}

/** The days of a month that are one of some weekdays (bits 0–6); `first` is the weekday of the 1st. */
export function weekdaySet(weekdayBits: number, first: number): DaySet {
  const turned = ((weekdayBits | weekdayBits << 7) >> first) & 127;
  return (turned | turned << 7 | turned << 14 | turned << 21 | turned << 28) & 0x7fffffff;
}

/** The days of a month that the special pieces of the day-of-month field name. */
export function specialMonthDays(special: SpecialDays, year: number, month: number): DaySet {
  const length = monthLength(year, month);
  const first = weekdayOf(daysFromDate(year, month, 1));
  let days = special.nthOfDay ? nthSet(special.nthOfDay, first, length) : 0;
  for (let rest = special.beforeLast; rest !== 0; rest &= rest - 1) {
    const before = lowestBit(rest);
    if (before < length) days |= 1 << (length - 1 - before);
  }
  for (let rest = special.nearestWorkdays; rest !== 0; rest &= rest - 1) {
    const index = lowestBit(rest);
    if (index < length) days |= 1 << nearestWorkday(index, first, length);
  }
  return special.lastWorkday ? days | 1 << nearestWorkday(length - 1, first, length) : days;
}

/** The days of a month that the special pieces of the weekday field name. */
export function specialWeekdays(special: SpecialDays, year: number, month: number): DaySet {
  if (!special.nthOfWeekday) return 0;
  return nthSet(special.nthOfWeekday, weekdayOf(daysFromDate(year, month, 1)), monthLength(year, month));
}

/** The days of a month that lie in some ISO weeks. */
export function weekDays(weeks: ReadonlySet<number>, year: number, month: number): DaySet {
  const first = daysFromDate(year, month, 1);
  const length = monthLength(year, month);
  let days = 0;
  for (let index = 0; index < length; index++) {
    if (weeks.has(isoWeekOf(first + index))) days |= 1 << index;
  }
  return days;
}

function nthWeekdays(items: readonly CronItem[]): number[] | undefined {
  let sets: number[] | undefined;
  for (const item of items) {
    if (item.type !== "nthWeekday") continue;
    sets ??= [0, 0, 0, 0, 0, 0];
    const nth = item.nth === "last" ? 0 : item.nth;
    sets[nth]! |= bitsOf(weekdays(item));
  }
  return sets;
}

function nthSet(sets: readonly number[], first: number, length: number): DaySet {
  const month = length === 31 ? 0x7fffffff : (1 << length) - 1;
  let days = 0;
  for (let nth = 0; nth <= 5; nth++) {
    const weekdayBits = sets[nth]!;
    if (weekdayBits === 0) continue;
    const sevenDays = nth === 0 ? 127 << (length - 7) : 127 << (7 * (nth - 1));
    days |= weekdaySet(weekdayBits, first) & sevenDays & month;
  }
  return days;
}

/** The Monday to Friday nearest to a day of the month (both from 0) that lies in the same month. */
function nearestWorkday(index: number, first: number, length: number): number {
  const weekday = (first + index) % 7;
  if (weekday === 6) return index === 0 ? 2 : index - 1;
  if (weekday === 0) return index === length - 1 ? index - 2 : index + 1;
  return index;
}
