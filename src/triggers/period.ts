import { CarillonError } from "../errors.ts";
import { durationMs } from "../time/duration.ts";
import type { DurationInput } from "../time/duration.ts";
import { temporalName } from "../time/temporal.ts";
import { invalidTrigger, shown } from "./invalid_trigger.ts";
import { checkKeys } from "./options.ts";

const UNITS = [
  "years",
  "months",
  "weeks",
  "days",
  "hours",
  "minutes",
  "seconds",
  "milliseconds",
  "microseconds",
  "nanoseconds",
];

/** Checks that a value has the shape of a duration and no unit that does not exist. Throws `invalidTrigger`. */
export function checkDuration(value: unknown, what: string): DurationInput {
  if (typeof value === "string" || temporalName(value) === "Duration") return value as DurationInput;
  if (typeof value !== "object" || value === null || temporalName(value) !== undefined) {
    throw invalidTrigger(`${what} must be a duration, but got ${shown(value)}`, {
      field: what,
      expected: "{ minutes: 5 } or 'PT5M'",
    });
  }
  for (const [unit, length] of Object.entries(checkKeys(value, UNITS, what))) {
    // Temporal would read "5" as 5, and what is stored must be what was meant.
    if (length === undefined || typeof length === "number") continue;
    throw invalidTrigger(`${what} must have numbers, but ${unit} is ${shown(length)}`, { field: unit });
  }
  return value as DurationInput;
}

/**
 * The length of an exact period in whole milliseconds; longer than nothing.
 *
 * Throws `invalidTrigger` for years and months, for fractions of a millisecond and for zero or negative lengths.
 */
export function periodMs(duration: unknown, what: string, allowZero = false): number {
  const checked = checkDuration(duration, what);
  let ms: number;
  try {
    ms = durationMs(checked, what);
  } catch (cause) {
    const hint = /years or months/.test(String(cause))
      ? "use calendarInterval() for years and months"
      : undefined;
    throw invalidTrigger(cause instanceof CarillonError ? cause.message : `${what} is no duration`, {
      field: what,
      ...(hint ? { hint } : {}),
      cause,
    });
  }
  if (ms === 0 && !allowZero) {
    throw invalidTrigger(`${what} must be longer than nothing, but got 0`, { field: what });
  }
  return ms;
}
