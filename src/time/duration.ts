import { CarillonError } from "../errors.ts";
import { Temporal } from "./temporal.ts";

/** A length of time as users write it: `{ minutes: 5 }`, `"PT5M"` or a `Temporal.Duration`. */
export type DurationInput = Temporal.DurationLike | string;

/**
 * The length of a duration in whole milliseconds; a day is 24 hours here. `what` names the option in the error.
 *
 * Throws `invalidOption` for years and months (they have no fixed length), for fractions of a millisecond and
 * for negative lengths.
 */
export function durationMs(duration: DurationInput, what: string): number {
  const parsed = parseDuration(duration, what);
  if (parsed.years !== 0 || parsed.months !== 0) {
    throw invalid(what, "must not use years or months, which have no fixed length", duration);
  }
  if (parsed.microseconds !== 0 || parsed.nanoseconds !== 0) {
    throw invalid(what, "must be whole milliseconds", duration);
  }
  const ms = parsed.weeks * 604_800_000 + parsed.days * 86_400_000 + parsed.hours * 3_600_000 +
    parsed.minutes * 60_000 + parsed.seconds * 1000 + parsed.milliseconds;
  if (!Number.isSafeInteger(ms)) throw invalid(what, "is too long", duration);
  if (ms < 0) throw invalid(what, "must not be negative", duration);
  return ms;
}

/** A duration of so many milliseconds, balanced up to days, for people to read. */
export function durationOfMs(ms: number): Temporal.Duration {
  return Temporal.Duration.from({ milliseconds: Math.round(ms) }).round({ largestUnit: "day" });
}

function parseDuration(duration: DurationInput, what: string): Temporal.Duration {
  try {
    return Temporal.Duration.from(duration);
  } catch (cause) {
    throw invalid(what, "must be a duration such as { minutes: 5 } or 'PT5M'", duration, cause);
  }
}

function invalid(what: string, rule: string, value: unknown, cause?: unknown): CarillonError {
  const shown = typeof value === "string" ? `'${value}'` : JSON.stringify(value) ?? String(value);
  return new CarillonError("invalidOption", `${what} ${rule}, but got ${shown}`, {
    details: { option: what, value: shown },
    cause,
  });
}
