import { CRON_FIELDS, type CronField, type CronForm, type CronItem } from "./cron_grammar.ts";
import type { CronScanner } from "./cron_scanner.ts";
import { readValue } from "./cron_value.ts";

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
