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
    coversField(month)
      ? ""
      : `in ${listed(month.items.map((item) => itemInWords(item, monthName, "month")))}`,
    coversField(week) ? "" : `in ${listed(week.items.map(weekInWords))}`,
    coversField(year) ? "" : `in ${listed(year.items.map((item) => itemInWords(item, String, "year")))}`,
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

function itemInWords(item: CronItem, name: (value: number) => string, unit: string): string {
  if (item.type === "all") return everyNth(item.step ?? 1, unit);
  if (item.type !== "range") return "";
  if (item.from === item.to) return name(item.from);
  const range = `${name(item.from)} to ${name(item.to)}`;
  return item.step === undefined || item.step === 1 ? range : `${everyNth(item.step, unit)} from ${range}`;
}

function weekInWords(item: CronItem): string {
  const text = itemInWords(item, String, "ISO week");
  return text.startsWith("every") ? text : `ISO ${text.includes(" to ") ? "weeks" : "week"} ${text}`;
}

function everyNth(step: number, unit: string): string {
  return `every ${step === 1 ? "" : `${ordinal(step)} `}${unit}`;
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
  const minuteStep = evenStep(minute, 60);
  const ofHours = hoursInWords(hour, hours, minutes, minuteStep !== undefined);
  if (seconds.length === 1 && seconds[0] === 0) {
    const atMinute = minuteStep === undefined
      ? `at ${numbered(minutes, "minute")}`
      : everyOf(minuteStep, "minute");
    return `${atMinute}${ofHours}`;
  }
  const secondStep = evenStep(second, 60);
  if (secondStep !== undefined && minuteStep === 1) return `${everyOf(secondStep, "second")}${ofHours}`;
  const atSecond = secondStep === undefined
    ? `at ${numbered(seconds, "second")}`
    : everyOf(secondStep, "second");
  const ofMinute = minuteStep === undefined ? numbered(minutes, "minute") : everyNth(minuteStep, "minute");
  return `${atSecond} of ${ofMinute}${ofHours}`;
}

function everyOf(step: number, unit: string): string {
  return step === 1 ? `every ${unit}` : `every ${counted(step, unit)}`;
}

/** `minute 30`, `minutes 1 and 5`, `minutes 0 to 29`. */
function numbered(numbers: readonly number[], unit: string): string {
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  if (numbers.length === 1) return `${unit} ${first}`;
  const isRun = numbers.length > 2 && last - first === numbers.length - 1;
  return `${unit}s ${isRun ? `${first} to ${last}` : listed(numbers.map(String), "and", NUMBERS_MAX)}`;
}

/** Follows `every 5 minutes`, or with `evenMinutes` false the numbers of minutes. */
function hoursInWords(
  value: CronFieldValue,
  hours: readonly number[],
  minutes: readonly number[],
  evenMinutes: boolean,
): string {
  const step = evenStep(value, 24);
  if (step === 1) return evenMinutes ? "" : " of every hour";
  if (step !== undefined) return `${evenMinutes ? " in" : " of"} ${everyNth(step, "hour")} from midnight`;
  const [first, last] = [hours[0]!, hours.at(-1)!];
  if (hours.length === 1 || last - first !== hours.length - 1) return ` of ${numbered(hours, "hour")}`;
  const range = ` from ${timeOfDayText(first * 3600 + minutes[0]! * 60)} to ${
    timeOfDayText(last * 3600 + (evenMinutes ? 59 : minutes.at(-1)!) * 60)
  }`;
  return evenMinutes ? range : ` of every hour${range}`;
}

/** The step of a field that is one `*` with a step that divides the field evenly; 1 where it covers the field. */
function evenStep(value: CronFieldValue, count: number): number | undefined {
  if (coversField(value)) return 1;
  const [item] = value.items;
  if (value.items.length !== 1 || item === undefined) return undefined;
  const whole = item.type === "all" || (item.type === "range" && item.from === 0 && item.to === count - 1);
  const step = whole ? item.step : undefined;
  return step !== undefined && step < count && count % step === 0 ? step : undefined;
}

function sorted(value: CronFieldValue): number[] {
  return [...new Set(valuesOf(value))].sort((a, b) => a - b);
}
