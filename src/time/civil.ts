/** Calendar arithmetic on plain integers: the proleptic Gregorian calendar, days counted from 1970-01-01. */

/** The seconds of a civil day. */
export const DAY_S = 86_400;

/** A year, month (1–12) and day (1–31) in one integer, so that the hot paths allocate nothing. */
export type PackedDate = number;

/** The year of a packed date. */
export function yearOf(date: PackedDate): number {
  return date >> 9;
}

/** The month of a packed date, 1–12. */
export function monthOf(date: PackedDate): number {
  return (date >> 5) & 15;
}

/** The day of the month of a packed date, 1–31. */
export function dayOf(date: PackedDate): number {
  return date & 31;
}

/** The days since 1970-01-01 of a date. */
export function daysFromDate(year: number, month: number, day: number): number {
  // Years begin in March here, so that the leap day is the last one of its year.
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = ((153 * monthFromMarch + 2) / 5 | 0) + day - 1;
  return era * 146_097 + yearOfEra * 365 + (yearOfEra >> 2) - (yearOfEra / 100 | 0) + dayOfYear - 719_468;
}

/** The date so many days after 1970-01-01. */
export function dateFromDays(days: number): PackedDate {
  const fromMarch = days + 719_468;
  const era = Math.floor(fromMarch / 146_097);
  const dayOfEra = fromMarch - era * 146_097;
  const yearOfEra =
    (dayOfEra - (dayOfEra / 1460 | 0) + (dayOfEra / 36_524 | 0) - (dayOfEra / 146_096 | 0)) / 365 | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - (yearOfEra / 100 | 0));
  const monthFromMarch = (5 * dayOfYear + 2) / 153 | 0;
  const day = dayOfYear - ((153 * monthFromMarch + 2) / 5 | 0) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year * 512 + month * 32 + day;
}

/** True if a year has a 29th of February. */
function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The number of days of a month, 28–31. */
export function monthLength(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  // April, June, September and November are the short ones.
  return 30 + ((month + (month >> 3)) & 1);
}

/** The weekday of a day since 1970-01-01: 0 is Sunday, 6 is Saturday. */
export function weekdayOf(days: number): number {
  const weekday = (days + 4) % 7;
  return weekday < 0 ? weekday + 7 : weekday;
}

/** The ISO week, 1–53, of a day since 1970-01-01. */
export function isoWeekOf(days: number): number {
  // A week belongs to the year of its Thursday.
  const thursday = days - (weekdayOf(days) + 6) % 7 + 3;
  const year = yearOf(dateFromDays(thursday));
  return ((thursday - daysFromDate(year, 1, 1)) / 7 | 0) + 1;
}
