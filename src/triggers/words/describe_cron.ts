import {
  coversField,
  type CronDefinition,
  type CronFieldValue,
  type CronItem,
  MONTH_NAMES,
  valuesOf,
  WEEKDAY_NAMES,
  weekdays,
} from "../cron/cron_grammar.ts";
import { timeOfDayText } from "../time_of_day.ts";
import { capital, counted, listed, ordinal } from "./words.ts";

/** Returns a cron expression in words: `at 09:00, from Monday to Friday`. */
export function cronInWords(definition: CronDefinition): string {
  const { month, week, year } = definition.fields;
  const parts = [
    timeInWords(definition),
    daysInWords(definition),
    coversField(month) ? "" : `in ${listed(month.items.map((item) => itemInWords(item, monthName)))}`,
    coversField(week) ? "" : `in ISO week ${listed(week.items.map((item) => itemInWords(item, String)))}`,
    coversField(year) ? "" : `in ${listed(year.items.map((item) => itemInWords(item, String)))}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** The name of a weekday, 0–7. */
export function weekdayName(weekday: number): string {
  return capital(WEEKDAY_NAMES[weekday % 7]!);
}

function daysInWords(definition: CronDefinition): string {
  const { day, dayOfWeek } = definition.fields;
  const openDay = coversField(day);
  const openWeekday = coversField(dayOfWeek);
  const either = definition.form === "text" && !day.open && !dayOfWeek.open && !dayOfWeek.plus;
  if ((openDay && openWeekday) || (either && (openDay || openWeekday))) return "every day";
  const onDay = listed(day.items.map(dayInWords), "or");
  const onWeekday = weekdaysInWords(dayOfWeek);
  if (openDay) return onWeekday;
  if (openWeekday) return `on ${onDay}`;
  return either ? `on ${onDay} or ${onWeekday} (either is enough)` : `on ${onDay}, and only ${onWeekday}`;
}

function weekdaysInWords(value: CronFieldValue): string {
  const [only] = value.items;
  if (
    value.items.length === 1 && only?.type === "range" && only.step === undefined && only.from !== only.to
  ) {
    return `from ${weekdayName(only.from)} to ${weekdayName(only.to)}`;
  }
  const plain = [...new Set(valuesOf(value))].sort((a, b) => (a + 6) % 7 - (b + 6) % 7).map(weekdayName);
  const nth = value.items.filter((item) => item.type === "nthWeekday").map(dayInWords);
  return `on ${listed([...plain, ...nth])}`;
}

function dayInWords(item: CronItem): string {
  switch (item.type) {
    case "lastDay":
      return item.before === 0
        ? "the last day of the month"
        : `the ${item.before === 1 ? "" : `${ordinal(item.before)} `}day before the last of the month`;
    case "lastWorkday":
      return "the last Monday to Friday of the month";
    case "nearestWorkday":
      return `the Monday to Friday nearest to the ${ordinal(item.day)}`;
    case "nthWeekday": {
      const names = listed(weekdays(item).map(weekdayName));
      return `the ${item.nth === "last" ? "last" : ordinal(item.nth)} ${names} of the month`;
    }
    case "all":
    case "range":
      return itemInWords(item, (value) => `the ${ordinal(value)}`, "day");
  }
}

function itemInWords(item: CronItem, name: (value: number) => string, unit = "one"): string {
  if (item.type === "all") return `every ${(item.step ?? 1) === 1 ? "" : `${ordinal(item.step!)} `}${unit}`;
  if (item.type !== "range") return "";
  if (item.from === item.to) return name(item.from);
  const range = `${name(item.from)} to ${name(item.to)}`;
  return item.step === undefined || item.step === 1
    ? range
    : `every ${ordinal(item.step)} ${unit} from ${range}`;
}

function monthName(month: number): string {
  return capital(MONTH_NAMES[month - 1]!);
}

/** The largest number of times of day that are listed one by one. */
const TIMES_MAX = 6;
/** The largest number of values of a field that are listed one by one. */
const NUMBERS_MAX = 8;

/** The time fields of a cron expression in words: `at 09:00 and 17:00`, `every 5 minutes from 09:00 to 17:59`. */
export function timeInWords(definition: CronDefinition): string {
  const { hour, minute, second } = definition.fields;
  const hours = sorted(hour);
  const minutes = sorted(minute);
  const seconds = sorted(second);
  if (hours.length * minutes.length * seconds.length <= TIMES_MAX) {
    const times = hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => h * 3600 + m * 60 + s)));
    return `at ${listed(times.map(timeOfDayText))}`;
  }
  const plainSecond = seconds.length === 1 && seconds[0] === 0;
  const atSecond = plainSecond ? "" : `${unitInWords(second, seconds, "second")} of `;
  const atMinute = unitInWords(minute, minutes, "minute");
  return `${atSecond}${atMinute}${
    hoursInWords(hour, hours, minutes.length === 1 || !/^every/.test(atMinute))
  }`;
}

function unitInWords(value: CronFieldValue, numbers: readonly number[], unit: "minute" | "second"): string {
  if (coversField(value)) return `every ${unit}`;
  const step = evenStep(value, 60);
  if (step !== undefined) return `every ${counted(step, unit)}`;
  return `at ${unit}${numbers.length === 1 ? "" : "s"} ${listed(numbers.map(String), "and", NUMBERS_MAX)}`;
}

function hoursInWords(value: CronFieldValue, hours: readonly number[], ofHour: boolean): string {
  if (coversField(value)) return ofHour ? " of every hour" : "";
  const step = evenStep(value, 24);
  if (step !== undefined) {
    const which = step === 1 ? "hour" : `${ordinal(step)} hour`;
    return `${ofHour ? " of" : " in"} every ${which} from midnight`;
  }
  const first = hours[0]!;
  const last = hours.at(-1)!;
  if (hours.length > 1 && last - first === hours.length - 1) {
    return ` from ${timeOfDayText(first * 3600)} to ${timeOfDayText(last * 3600 + 3540)}`;
  }
  return ` of hour${hours.length === 1 ? "" : "s"} ${listed(hours.map(String), "and", NUMBERS_MAX)}`;
}

/** The step of a field that is one `*` with a step that divides the field evenly. */
function evenStep(value: CronFieldValue, count: number): number | undefined {
  const [item] = value.items;
  if (value.items.length !== 1 || item === undefined) return undefined;
  const whole = item.type === "all" || (item.type === "range" && item.from === 0 && item.to === count - 1);
  const step = whole ? item.step : undefined;
  return step !== undefined && step < count && count % step === 0 ? step : undefined;
}

function sorted(value: CronFieldValue): number[] {
  return [...new Set(valuesOf(value))].sort((a, b) => a - b);
}
