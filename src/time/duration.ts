import { CarillonError } from "../errors.ts";
import { textOf } from "../untrusted.ts";
import { Temporal, temporalName } from "./temporal.ts";

/**
 * A length of time as users write it: `{ minutes: 5 }`, `"5m"`, `"1h30m"`, `"PT5M"` or a `Temporal.Duration`.
 * Numbers may have fractions (`{ seconds: 1.5 }`) as long as the whole is whole milliseconds.
 */
export type DurationInput = Temporal.DurationLike | string;

/** The longest duration of an option: a million days, so that no time it leads to has a year of five digits. */
export const DURATION_MAX_MS = 1_000_000 * 86_400_000;

/** Milliseconds of each unit of a fixed length. */
const MS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
  microseconds: 1e-3,
  nanoseconds: 1e-6,
} as const;

const units = ["years", "months", ...Object.keys(MS) as (keyof typeof MS)[]] as const;

/** The units of a duration. */
type DurationUnit = typeof units[number];

/** The length of a duration by units; units that are left out are zero. */
export type DurationParts = Readonly<Partial<Record<DurationUnit, number>>>;

/**
 * The length of a duration in whole milliseconds; a day is 24 hours here. `what` names the option in the error.
 *
 * Throws `invalidOption` for years and months (they have no fixed length), for fractions of a millisecond, for
 * negative lengths and for more than `maxMs`.
 */
export function durationMs(duration: DurationInput, what: string, maxMs = DURATION_MAX_MS): number {
  const parts = durationParts(duration, what);
  if (parts.years || parts.months) {
    throw invalid(what, "must not use years or months, which have no fixed length", duration);
  }
  const ms = wholeMs(parts);
  if (ms === undefined) throw invalid(what, "must be whole milliseconds", duration);
  if (ms > maxMs) throw invalid(what, `must be at most ${Math.floor(maxMs / MS.days)} days`, duration);
  return ms;
}

/**
 * Reads a duration in any of its forms. `what` names the option in the error.
 *
 * Throws `invalidOption` for what is no duration, for units that do not exist and for negative lengths.
 */
export function durationParts(duration: unknown, what: string): DurationParts {
  const parts = typeof duration === "string" ? textParts(duration, what) : objectParts(duration, what);
  if (Object.values(parts).some((length) => length < 0)) {
    throw invalid(what, "must not be negative", duration);
  }
  return parts;
}

/** A duration of so many milliseconds, balanced up to days, for people to read. */
export function durationOfMs(ms: number): Temporal.Duration {
  return Temporal.Duration.from({ milliseconds: Math.round(ms) }).round({ largestUnit: "day" });
}

/** Undefined where it is not whole; fractions are compared within the precision of the numbers they came as. */
function wholeMs(parts: DurationParts): number | undefined {
  let whole = 0;
  let wholeNs = 0;
  let fraction = 0;
  let slack = 0;
  for (const [unit, unitMs] of Object.entries(MS)) {
    const length = parts[unit as keyof typeof MS] ?? 0;
    if (!Number.isInteger(length)) {
      fraction += length * unitMs;
      slack += length * unitMs * 2 ** -50;
    } else if (unitMs >= 1) {
      whole += length * unitMs;
    } else {
      const perMs = Math.round(1 / unitMs);
      whole += Math.floor(length / perMs);
      wholeNs += (length % perMs) * (1e6 / perMs);
    }
  }
  fraction += wholeNs / 1e6;
  if (fraction === Infinity) return Infinity;
  const rounded = Math.round(fraction);
  return Math.abs(fraction - rounded) <= slack ? whole + rounded : undefined;
}

/** The short form: numbers with units, `1h30m`. */
const SHORT = /^(?:\d+(?:\.\d+)?\s*(?:ms|[smhdw])\s*)+$/;
const SHORT_PART = /(\d+(?:\.\d+)?)\s*(ms|[smhdw])/g;
const SHORT_UNITS: Readonly<Record<string, keyof typeof MS>> = {
  ms: "milliseconds",
  s: "seconds",
  m: "minutes",
  h: "hours",
  d: "days",
  w: "weeks",
};

function textParts(text: string, what: string): DurationParts {
  const trimmed = text.trim();
  if (SHORT.test(trimmed)) {
    const parts: Partial<Record<DurationUnit, number>> = {};
    for (const [, length, short] of trimmed.matchAll(SHORT_PART)) {
      const unit = SHORT_UNITS[short!]!;
      parts[unit] = (parts[unit] ?? 0) + Number(length);
    }
    return parts;
  }
  try {
    return partsOf(Temporal.Duration.from(trimmed) as unknown as Readonly<Record<string, unknown>>);
  } catch (cause) {
    throw noDuration(what, text, cause);
  }
}

function objectParts(value: unknown, what: string): DurationParts {
  const name = temporalName(value);
  if (typeof value !== "object" || value === null || (name ?? "Duration") !== "Duration") {
    throw noDuration(what, value);
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of name ? [] : Object.keys(fields)) {
    if (fields[key] === undefined || (units as readonly string[]).includes(key)) continue;
    const near = units.find((unit) => unit === `${key.toLowerCase()}s` || unit === key.toLowerCase());
    const hint = near ? `did you mean '${near}'?` : `there are ${units.join(", ")}`;
    throw invalid(what, `has no unit '${key}'; ${hint}`, value);
  }
  const parts = partsOf(fields);
  for (const [unit, length] of Object.entries(parts) as [string, unknown][]) {
    if (typeof length === "number" && Number.isFinite(length)) continue;
    throw invalid(what, `must have numbers, but ${unit} is ${shown(length)}`, value);
  }
  if (Object.keys(parts).length === 0) throw noDuration(what, value);
  return parts;
}

function partsOf(fields: Readonly<Record<string, unknown>>): DurationParts {
  const parts: Partial<Record<DurationUnit, number>> = {};
  for (const unit of units) {
    if (fields[unit] !== undefined) parts[unit] = fields[unit] as number;
  }
  return parts;
}

function noDuration(what: string, value: unknown, cause?: unknown): CarillonError {
  return invalid(what, "must be a duration such as { minutes: 5 }, '5m' or 'PT5M'", value, cause);
}

function invalid(what: string, rule: string, value: unknown, cause?: unknown): CarillonError {
  return new CarillonError("invalidOption", `${what} ${rule}, but got ${shown(value)}`, {
    details: { option: what, value: shown(value) },
    cause,
  });
}

function shown(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : textOf(value, 200);
}
