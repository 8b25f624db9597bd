import { timeInWords } from "./describe_cron_time.ts";
import type { CronDefinition, CronFieldValue, CronItem } from "../cron/cron_grammar.ts";
import { MONTH_NAMES, WEEKDAY_NAMES } from "../cron/cron_grammar.ts";
import { coversField, valuesOf, weekdays } from "../cron/cron_values.ts";
import { capital, listed, ordinal } from "./words.ts";

/** What a cron expression says, in words: `at 09:00, from Monday to Friday`. */
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
    default:
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
