import { Temporal } from "../../time/temporal.ts";
import { CRON_FIELDS } from "../cron/cron_grammar.ts";
import { CronScanner } from "../cron/cron_scanner.ts";
import { readValue } from "../cron/cron_value.ts";
import { invalidTrigger, shown } from "../invalid_trigger.ts";
import { checkDuration } from "../period.ts";

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
  const checked = checkDuration(period, "The period");
  let duration: Temporal.Duration;
  try {
    duration = Temporal.Duration.from(checked);
  } catch (cause) {
    throw invalidTrigger("The period must be whole years, months, weeks and days", {
      expected: "{ months: 1 } or 'P1M'",
      cause,
    });
  }
  if (duration.sign < 0) throw invalidTrigger("The period must not be negative");
  const { years, months, weeks, days } = duration;
  const { hours, minutes, seconds, milliseconds, microseconds, nanoseconds } = duration;
  if ([hours, minutes, seconds, milliseconds, microseconds, nanoseconds].some((part) => part !== 0)) {
    throw invalidTrigger("The period must be whole years, months, weeks and days", {
      hint: "use interval() for hours and less, and at for the time of day",
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
