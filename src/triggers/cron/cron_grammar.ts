/** The fields of a cron expression, from the most to the least significant. */
export type CronFieldName =
  | "year"
  | "month"
  | "day"
  | "week"
  | "dayOfWeek"
  | "hour"
  | "minute"
  | "second";

/** The values that a field may hold. */
export interface CronField {
  /** The name of the field. */
  readonly name: CronFieldName;
  /** The name of one of its values in an error. */
  readonly label: string;
  /** The smallest value. */
  readonly min: number;
  /** The largest value that may be written. */
  readonly max: number;
  /** Number of values; no step is larger. */
  readonly count: number;
  /** Names and the values they stand for. */
  readonly names: ReadonlyMap<string, number>;
  /** Examples of the field: the hint of an error that knows no better one. */
  readonly usage: string;
}

/** In which of its two forms a cron expression is written. */
export type CronForm = "text" | "fields";

function field(
  name: CronFieldName,
  label: string,
  min: number,
  max: number,
  examples: string,
  names: string[] = [],
): CronField {
  const values = new Map<string, number>();
  for (const [index, full] of names.entries()) {
    values.set(full, index + min);
    values.set(full.slice(0, 3), index + min);
  }
  // Sunday has two numbers.
  const count = name === "dayOfWeek" ? 7 : max - min + 1;
  return { name, label, min, max, count, names: values, usage: `write the ${label} like ${examples}` };
}

/** The names of the months in order. */
export const MONTH_NAMES: readonly string[] = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/** The names of the weekdays from 0, which is Sunday. */
export const WEEKDAY_NAMES: readonly string[] = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
];

/** Every field by its name. */
export const CRON_FIELDS: Readonly<Record<CronFieldName, CronField>> = {
  year: field("year", "year", 1970, 9999, "2030, 2030-2035 or 2030,2032"),
  month: field("month", "month", 1, 12, "1, jan-mar, */3 or jan,jul", [...MONTH_NAMES]),
  day: field("day", "day", 1, 31, "1, 1-15, */2 or 1,15"),
  week: field("week", "week", 1, 53, "1, 1-26, */2 or 1,27"),
  dayOfWeek: field("dayOfWeek", "weekday", 0, 7, "1, mon-fri or mon,thu", [...WEEKDAY_NAMES]),
  hour: field("hour", "hour", 0, 23, "9, 9-17, */2 or 9,17"),
  minute: field("minute", "minute", 0, 59, "0, 0-30, */15 or 0,30"),
  second: field("second", "second", 0, 59, "0, 0-30, */15 or 0,30"),
};

/** The fields of crontab text with 7 fields; with 6 the year is left out, with 5 the second too. */
export const TEXT_FIELDS: readonly CronFieldName[] = [
  "second",
  "minute",
  "hour",
  "day",
  "month",
  "dayOfWeek",
  "year",
];

/** The fields by significance, most significant first: what is omitted goes by this order. */
export const FIELD_ORDER: readonly CronFieldName[] = [
  "year",
  "month",
  "day",
  "week",
  "dayOfWeek",
  "hour",
  "minute",
  "second",
];

/** Macros: words for whole expressions. */
export const MACROS: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
  ["@minutely", "* * * * *"],
]);

/** One comma-separated piece of a field. */
export type CronItem =
  /** `*`, or `*` with a step. */
  | { readonly type: "all"; readonly step: number | undefined }
  /** `a`, `a-b`, `a-b/n` or `a/n`; a single value has `to` equal to `from`. */
  | { readonly type: "range"; readonly from: number; readonly to: number; readonly step: number | undefined }
  /** `L`, `L-3`, `last`: so many days before the last day of the month. */
  | { readonly type: "lastDay"; readonly before: number }
  /** `15W`: the Monday to Friday nearest to a day, in the same month. */
  | { readonly type: "nearestWorkday"; readonly day: number }
  /** `LW`: the last Monday to Friday of the month. */
  | { readonly type: "lastWorkday" }
  /** `fri#2`, `friL`, `3rd fri`: the nth of each weekday of a range, or the last. */
  | {
    readonly type: "nthWeekday";
    readonly from: number;
    readonly to: number;
    readonly nth: number | "last";
  };

/** The meaning of one field. */
export interface CronFieldValue {
  /** The field. */
  readonly field: CronField;
  /** Its pieces. */
  readonly items: readonly CronItem[];
  /** True if it is literally `*` or `?`. */
  readonly open: boolean;
  /** True if a `+` before a weekday asks for both day fields to match. */
  readonly plus: boolean;
}

/** A whole expression, understood. */
export interface CronDefinition {
  /** The form in which it was written. */
  readonly form: CronForm;
  /** The value of each field, also of those that are left out. */
  readonly fields: Readonly<Record<CronFieldName, CronFieldValue>>;
}

/** The numbers that the ordinary pieces of a field stand for, unsorted; weekdays as 0–6. */
export function valuesOf(value: CronFieldValue): number[] {
  const values: number[] = [];
  const { min, max, name } = value.field;
  for (const item of value.items) {
    switch (item.type) {
      case "all":
        addSteps(values, min, name === "dayOfWeek" ? 6 : max, item.step ?? 1);
        break;
      case "range":
        if (name === "dayOfWeek") values.push(...weekdays(item));
        else addSteps(values, item.from, item.to, item.step ?? 1);
        break;
      case "lastDay":
      case "nearestWorkday":
      case "lastWorkday":
      case "nthWeekday":
        break;
      default:
        item satisfies never;
    }
  }
  return values;
}

/** The weekdays 0–6 of a range, which may go round the week. */
export function weekdays(
  range: { readonly from: number; readonly to: number; readonly step?: number | undefined },
): number[] {
  const { from, to, step } = range;
  const values: number[] = [];
  const length = to >= from ? to - from : to + 7 - from;
  for (let i = 0; i <= length; i += step ?? 1) values.push((from + i) % 7);
  return values;
}

/** True if a field holds every one of its values by a `*` without a step or by a range that covers it. */
export function coversField(value: CronFieldValue): boolean {
  const { min, max, count } = value.field;
  return value.items.some((item) =>
    item.type === "all" ? item.step === undefined : covers(item, min, max, count)
  );
}

/** True if a field holds a `*`, a step, or a range that covers it: then it follows real time. */
export function isRecurring(value: CronFieldValue): boolean {
  const { min, max, count } = value.field;
  return value.items.some((item) => item.type === "all" || hasStep(item) || covers(item, min, max, count));
}

function covers(item: CronItem, min: number, max: number, count: number): boolean {
  if (item.type !== "range" || item.step !== undefined) return false;
  if (count === 7) return new Set(weekdays(item)).size === 7;
  return item.from === min && item.to === max;
}

function hasStep(item: CronItem): boolean {
  return item.type === "range" && item.step !== undefined;
}

function addSteps(values: number[], from: number, to: number, step: number): void {
  for (let value = from; value <= to; value += step) values.push(value);
}
