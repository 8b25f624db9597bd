import { dayItem, weekdaySuffix } from "./cron_day.ts";
import type { CronField, CronFieldValue, CronForm, CronItem } from "./cron_grammar.ts";
import { CronScanner } from "./cron_scanner.ts";
import { readStep, readValue } from "./cron_value.ts";

/**
 * Reads one field of a cron expression: the characters of `source` from `start` to `end`.
 *
 * Throws `invalidTrigger` with the position of what is not understood.
 */
export function readCronField(
  source: string,
  start: number,
  end: number,
  field: CronField,
  form: CronForm,
): CronFieldValue {
  const plus = field.name === "dayOfWeek" && form === "text" && source[start] === "+";
  const items: CronItem[] = [];
  for (let at = plus ? start + 1 : start; at <= end;) {
    const comma = source.indexOf(",", at);
    const stop = comma === -1 || comma >= end ? end : comma;
    const scanner = new CronScanner(source, at, stop, field);
    if (form === "fields" && at > start) scanner.blanks();
    items.push(readItem(scanner, field, form));
    if (!scanner.done) throw unexpected(scanner, field, form);
    at = stop + 1;
  }
  const text = source.slice(start, end);
  return { field, items, open: text === "*" || text === "?", plus };
}

function readItem(scanner: CronScanner, field: CronField, form: CronForm): CronItem {
  if (scanner.take("*") || scanner.take("?")) return { type: "all", step: readStep(scanner, field) };
  if (field.name === "day") {
    const special = dayItem(scanner, field, form);
    if (special) return special;
  }
  const start = scanner.position;
  const from = readValue(scanner, field, form);
  const to = scanner.take("-") ? readValue(scanner, field, form) : undefined;
  if (field.name === "dayOfWeek") {
    const nth = weekdaySuffix(scanner, form);
    if (nth !== undefined) return { type: "nthWeekday", from, to: to ?? from, nth };
  } else if (to !== undefined && to < from) {
    throw scanner.fail(
      `The range ${from}-${to} of the ${field.label} goes backwards`,
      `a range that ends at ${from} or later`,
      `write ${around(from, field.max)},${around(field.min, to)}`,
      start,
    );
  }
  const step = readStep(scanner, field);
  // `a/n` goes to the end of the field; 7 is only another name for 0.
  const last = field.name === "dayOfWeek" ? 6 : field.max;
  if (step !== undefined && to === undefined) {
    return { type: "range", from: field.name === "dayOfWeek" ? from % 7 : from, to: last, step };
  }
  return { type: "range", from, to: to ?? from, step };
}

function around(from: number, to: number): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function unexpected(scanner: CronScanner, field: CronField, form: CronForm): Error {
  const at = scanner.peek;
  const hints: Record<string, string> = {
    "L": "only a weekday takes L after it, and L alone is the last day of the month",
    "W": "only a day of the month takes W, as in 15W",
    "#": "only a weekday takes #, as in fri#2",
    ".": "only whole numbers are understood",
    "%": "crontab's % is not understood here",
    "~": "name one value, and use the schedule's spread option",
  };
  const hint = form === "text" ? hints[at.toUpperCase()] : hints[at];
  return scanner.fail(
    `Unexpected ${scanner.shownNext} in the ${field.label}`,
    "',', '-', '/' or the end of the field",
    hint,
  );
}
