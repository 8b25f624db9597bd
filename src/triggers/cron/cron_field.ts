import {
  CRON_FIELDS,
  type CronField,
  type CronFieldValue,
  type CronForm,
  type CronItem,
} from "./cron_grammar.ts";
import { CronScanner, readStep, readValue } from "./cron_scanner.ts";

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
  const isDayField = field.name === "day" || field.name === "dayOfWeek";
  if (scanner.take("*") || (isDayField && scanner.take("?"))) {
    return { type: "all", step: readStep(scanner, field) };
  }
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

const ORDINALS: readonly string[] = ["1st", "2nd", "3rd", "4th", "5th"];

const NTH_HINT = "write fri#2 for the second Friday, fri#L or friL for the last";
const NAMED_HINT = "write '3rd fri', 'last sun' or 'last'";

/** Reads what only a day of the month can be; undefined (and nothing read) when it is an ordinary piece. */
export function dayItem(scanner: CronScanner, field: CronField, form: CronForm): CronItem | undefined {
  const start = scanner.position;
  const item = form === "text" ? textDay(scanner, field) : namedDay(scanner, field);
  if (item === undefined) scanner.position = start;
  return item;
}

/** Reads `L`, `#2` or `#L` after a weekday; undefined when neither follows. */
export function weekdaySuffix(scanner: CronScanner, form: CronForm): number | "last" | undefined {
  const written = scanner.peek;
  const isLast = written.toLowerCase() === "l";
  if (!isLast && written !== "#") return undefined;
  if (form === "fields") {
    throw scanner.fail(
      `'${written}' belongs to crontab text`,
      "',', '-' or the end of the field",
      "write day: 'last fri' or day: '2nd fri'",
    );
  }
  scanner.position++;
  if (isLast || scanner.take("l")) return "last";
  const at = scanner.position;
  const digits = scanner.digits();
  const nth = Number(digits);
  if (digits !== "" && nth >= 1 && nth <= 5) return nth;
  throw scanner.fail("The number after # is not understood", "a number from 1 to 5, or L", NTH_HINT, at);
}

function textDay(scanner: CronScanner, field: CronField): CronItem | undefined {
  const start = scanner.position;
  if (scanner.letters() === "last") {
    throw scanner.fail("'last' belongs to named fields", "a day of crontab text", "write L", start);
  }
  scanner.position = start;
  if (scanner.take("l")) {
    if (scanner.take("w")) return { type: "lastWorkday" };
    return { type: "lastDay", before: scanner.take("-") ? daysBeforeLast(scanner) : 0 };
  }
  const digits = scanner.digits();
  if (digits !== "" && scanner.take("w")) {
    scanner.position = start;
    const day = readValue(scanner, field, "text");
    scanner.take("w");
    return { type: "nearestWorkday", day };
  }
  return undefined;
}

function daysBeforeLast(scanner: CronScanner): number {
  const at = scanner.position;
  const digits = scanner.digits();
  const before = Number(digits);
  if (digits !== "" && before >= 1 && before <= 30) return before;
  throw scanner.fail(
    "The number after L- is not understood",
    "a number from 1 to 30",
    "L-3 is the third day before the last one",
    at,
  );
}

function namedDay(scanner: CronScanner, field: CronField): CronItem | undefined {
  const start = scanner.position;
  const word = scanner.digits() + scanner.letters();
  const nth = word === "last" ? "last" : ORDINALS.indexOf(word) + 1;
  if (nth === 0) {
    if (/^\d+(?:st|nd|rd|th)$/.test(word)) {
      throw scanner.fail(
        `'${word}' is not understood`,
        "1st, 2nd, 3rd, 4th or 5th and a weekday",
        NAMED_HINT,
        start,
      );
    }
    return undefined;
  }
  const spaced = scanner.blanks();
  if (scanner.done) {
    if (nth === "last") return { type: "lastDay", before: 0 };
    throw scanner.fail(
      `A weekday is missing after '${word}'`,
      "a weekday, as in '3rd fri'",
      `write ${nth} for the day of the month`,
    );
  }
  if (!spaced) {
    throw scanner.fail(
      `Unexpected ${scanner.shownNext} after '${word}'`,
      "a blank and a weekday",
      NAMED_HINT,
    );
  }
  return { type: "nthWeekday", ...weekday(scanner, field), nth };
}

function weekday(scanner: CronScanner, field: CronField): { from: number; to: number } {
  if (/[0-9]/.test(scanner.peek)) {
    throw scanner.fail(
      `Unexpected ${scanner.shownNext} in the ${field.label}`,
      "the name of a weekday, as in '3rd fri'",
      NAMED_HINT,
    );
  }
  const value = readValue(scanner, CRON_FIELDS.dayOfWeek, "fields");
  return { from: value, to: value };
}
