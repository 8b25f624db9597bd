import { CarillonError, messageOf } from "../errors.ts";
import { isPlainObject } from "../model/payload.ts";
import { suggest } from "../model/text.ts";
import { type DurationInput, durationMs } from "../time/duration.ts";
import { LATEST_MS } from "../time/temporal.ts";

/** The place where a definition is wrong, and what would be right. */
export interface TriggerProblem {
  /** The string that was read. */
  readonly source?: string;
  /** The character in `source` that cannot be understood, counted from 0. */
  readonly position?: number;
  /** The field or option that is wrong. */
  readonly field?: string;
  /** A value that would have been understood. */
  readonly expected?: string;
  /** A way to correct it. */
  readonly hint?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** The error for a definition that is not understood: what is wrong, where, what was expected, and a hint. */
export function invalidTrigger(what: string, problem: TriggerProblem = {}): CarillonError {
  const { cause, ...details } = problem;
  const where = problem.source === undefined
    ? ""
    : `Cannot read '${problem.source}'${
      problem.position === undefined ? "" : ` at position ${problem.position}`
    }: `;
  const expected = problem.expected === undefined ? "" : `; expected ${problem.expected}`;
  const hint = problem.hint === undefined ? "" : `; ${problem.hint}`;
  return new CarillonError("invalidTrigger", `${where}${what}${expected}${hint}`, { details, cause });
}

/** A value as an error message shows it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined) {
    return String(value);
  }
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

/**
 * Checks that `value` is a plain object with no other keys than `allowed`, and returns it. Keys whose value
 * is undefined do not count. `what` names it in the error.
 *
 * Throws `invalidTrigger`.
 */
export function checkKeys(
  value: unknown,
  allowed: readonly string[],
  what: string,
): Readonly<Record<string, unknown>> {
  if (!isPlainObject(value)) throw invalidTrigger(`${what} must be an object, but got ${shown(value)}`);
  for (const key of Object.keys(value)) {
    if (value[key] === undefined || allowed.includes(key)) continue;
    throw unknownKey(key, allowed, what);
  }
  return value;
}

/** Checks that `value` is one of a few words; undefined passes. Throws `invalidTrigger`. */
export function checkWord<const W extends string>(
  value: unknown,
  words: readonly W[],
  what: string,
): W | undefined {
  if (value === undefined || words.includes(value as W)) return value as W | undefined;
  const expected = words.map((word) => `'${word}'`).join(", ");
  throw invalidTrigger(`${what} must be one of ${expected}, but got ${shown(value)}`, {
    field: what,
    expected,
  });
}

function unknownKey(key: string, allowed: readonly string[], what: string): Error {
  const expected = allowed.join(", ");
  const near = nearestKey(key, allowed);
  return invalidTrigger(`There is no '${key}' in ${what[0]!.toLowerCase()}${what.slice(1)}`, {
    field: key,
    expected,
    ...(near ? { hint: `did you mean '${near}'?` } : {}),
  });
}

/** Words that people carry over from other schedulers. */
const FAMILIAR: Readonly<Record<string, string>> = {
  tz: "timeZone",
  zone: "timeZone",
  weekday: "dayOfWeek",
  dow: "dayOfWeek",
  dom: "day",
  date: "day",
  dayofmonth: "day",
  weekofyear: "week",
  from: "start",
  startdate: "start",
  starttime: "start",
  startat: "start",
  until: "end",
  enddate: "end",
  endtime: "end",
  endat: "end",
  time: "at",
};

function nearestKey(key: string, allowed: readonly string[]): string | undefined {
  const plain = key.toLowerCase().replace(/[_-]/g, "");
  const same = allowed.find((name) => name.toLowerCase() === plain || `${name.toLowerCase()}s` === plain);
  if (same) return same;
  const singular = allowed.find((name) => name.toLowerCase() === `${plain}s`);
  if (singular) return singular;
  const familiar = FAMILIAR[plain];
  return familiar && allowed.includes(familiar) ? familiar : suggest(key, allowed);
}

/** Reads a duration of a trigger. Throws `invalidTrigger`, with a hint where a rule of triggers knows one. */
export function readDuration<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (cause) {
    const hint = /years or months/.test(messageOf(cause))
      ? "use calendarInterval() for years and months"
      : undefined;
    throw invalidTrigger(messageOf(cause), { field: what, ...(hint ? { hint } : {}), cause });
  }
}

/**
 * Returns the length of an exact period in whole milliseconds; longer than zero.
 *
 * Throws `invalidTrigger` for years and months, for fractions of a millisecond and for zero or negative lengths.
 */
export function periodMs(
  duration: DurationInput,
  what: string,
  { allowZero = false, maxMs = LATEST_MS } = {},
): number {
  const ms = readDuration(() => durationMs(duration, what, maxMs), what);
  if (ms === 0 && !allowZero) {
    throw invalidTrigger(`${what} must be longer than nothing, but got 0`, { field: what });
  }
  return ms;
}
