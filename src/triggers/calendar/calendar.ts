import { withoutUndefined } from "../../model/payload.ts";
import { dayOfDate, isDateMoment, type Moment, momentOf } from "../../time/moment.ts";
import { timeZoneId } from "../../time/time_zone.ts";
import { calendarsOf } from "../definition.ts";
import { CRON_FIELDS } from "../cron/cron_grammar.ts";
import { cronFieldTexts, readCronFields } from "../cron/cron_named_fields.ts";
import { checkKeys, invalidTrigger, shown } from "../checks.ts";
import type { Trigger, TriggerJSON } from "../trigger.ts";
import { triggerFromJSON } from "../trigger_registry.ts";

/** Days that come back every year: a day of a month, or days counted from Easter Sunday. */
export type YearlyRule =
  | {
    /** The month: 1–12 or its name, as in a cron field. */
    readonly month: string | number;
    /** The day: 1–31, `last`, `4th thu`, as in a cron field. */
    readonly day: string | number;
  }
  | {
    /** Days from Easter Sunday: -2 is Good Friday. */
    readonly easter: number;
  };

/** A named set of days, as users write it and as the data store keeps it; a day in any of its parts is in it. */
export interface CalendarDefinition {
  /** The zone whose days are meant. @default the zone of the trigger that asks */
  readonly timeZone?: string | undefined;
  /** Single dates. */
  readonly dates?: readonly (string | Temporal.PlainDate)[] | undefined;
  /** Ranges of dates; both ends are in. */
  readonly ranges?:
    | readonly { readonly from: string | Temporal.PlainDate; readonly to: string | Temporal.PlainDate }[]
    | undefined;
  /** Days that come back every year. */
  readonly yearly?: readonly YearlyRule[] | undefined;
  /** Weekdays, as in a cron field: `"sat,sun"`. */
  readonly weekdays?: string | undefined;
  /** The days on which another trigger fires. */
  readonly trigger?: Trigger | TriggerJSON | undefined;
}

/** The largest number of dates, of ranges and of rules in a calendar. */
const ENTRIES_MAX = 10_000;

/**
 * Checks the definition of a calendar and returns it in the form that is stored, which is JSON.
 *
 * Throws `invalidTrigger` for what is not understood, `unknownTimeZone` for what is no zone.
 *
 * @example
 * ```ts
 * import { validateCalendar } from "carillon";
 *
 * const holidays = validateCalendar({
 *   dates: ["2026-10-31"],
 *   yearly: [{ month: "dec", day: 25 }, { month: "nov", day: "4th thu" }, { easter: -2 }],
 *   weekdays: "sat,sun",
 * });
 * console.assert(holidays.weekdays === "sat,sun");
 * ```
 */
export function validateCalendar(definition: unknown): CalendarDefinition {
  const keys = ["timeZone", "dates", "ranges", "yearly", "weekdays", "trigger"];
  const { timeZone, dates, ranges, yearly, weekdays, trigger } = checkKeys(definition, keys, "A calendar");
  const checked: CalendarDefinition = withoutUndefined({
    timeZone: timeZone === undefined ? undefined : timeZoneId(timeZone),
    dates: checkList(dates, "dates", dateOf),
    ranges: checkList(ranges, "ranges", rangeOf),
    yearly: checkList(yearly, "yearly", yearlyOf),
    weekdays: weekdays === undefined ? undefined : weekdaysOf(weekdays),
    trigger: trigger === undefined ? undefined : triggerOfCalendar(trigger),
  });
  if (Object.keys(checked).every((key) => key === "timeZone")) {
    throw invalidTrigger("A calendar must have some days", { expected: keys.slice(1).join(", ") });
  }
  return checked;
}

function checkList<T>(
  value: unknown,
  what: string,
  check: (item: unknown, what: string) => T,
): T[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) {
    throw invalidTrigger(`${what} must be a list, but got ${shown(value)}`, { field: what });
  }
  if (value.length > ENTRIES_MAX) {
    throw invalidTrigger(`${what} has more than ${ENTRIES_MAX} entries`, { field: what });
  }
  return value.map((item, index) => check(item, `${what}[${index}]`));
}

function dateOf(value: unknown, what: string): Moment {
  const date = momentOf(value, what);
  if (isDateMoment(date)) return date;
  throw invalidTrigger(`${what} must be a date, but got ${date}`, { field: what, expected: "'2026-12-25'" });
}

function rangeOf(value: unknown, what: string): { from: Moment; to: Moment } {
  const range = checkKeys(value, ["from", "to"], what);
  const from = dateOf(range["from"], `${what}.from`);
  const to = dateOf(range["to"], `${what}.to`);
  if (dayOfDate(to) < dayOfDate(from)) throw invalidTrigger(`${what} ends before it starts`, { field: what });
  return { from, to };
}

function yearlyOf(value: unknown, what: string): YearlyRule {
  const { month, day, easter } = checkKeys(value, ["month", "day", "easter"], what);
  if (easter !== undefined) {
    if (month !== undefined || day !== undefined) {
      throw invalidTrigger(`${what} has either easter, or month and day`);
    }
    const inYear = typeof easter === "number" && Number.isInteger(easter) && Math.abs(easter) <= 366;
    if (!inYear) {
      throw invalidTrigger(`${what}.easter must be whole days, but got ${shown(easter)}`, { field: what });
    }
    return { easter: easter as number };
  }
  if (month === undefined || day === undefined) {
    throw invalidTrigger(`${what} needs month and day, or easter`);
  }
  const texts = cronFieldTexts({ month, day });
  readCronFields(texts);
  return { month: texts.month!, day: texts.day! };
}

function weekdaysOf(value: unknown): string {
  if (typeof value !== "string") {
    throw invalidTrigger(`weekdays must be a string such as 'sat,sun', but got ${shown(value)}`, {
      field: CRON_FIELDS.dayOfWeek.name,
    });
  }
  readCronFields({ dayOfWeek: value });
  return value;
}

function triggerOfCalendar(value: unknown): TriggerJSON {
  const given = value as Partial<Trigger> | null;
  const json = typeof given?.toJSON === "function" ? given.toJSON() : value;
  const trigger = triggerFromJSON(json);
  if (calendarsOf(trigger).length > 0) {
    throw invalidTrigger("The trigger of a calendar must not use calendars itself", { field: "trigger" });
  }
  return trigger.toJSON();
}
