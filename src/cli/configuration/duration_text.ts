/** A length of time as people type it: numbers with units, `1h30m`. */
const SHORT = /^(?:\d+(?:ms|s|m|h|d|w))+$/;
const PART = /(\d+)(ms|s|m|h|d|w)/g;

const units = {
  ms: "milliseconds",
  s: "seconds",
  m: "minutes",
  h: "hours",
  d: "days",
  w: "weeks",
} as const;

/** Reads the short form of a duration (`30s`, `1h30m`); any other string, ISO 8601 too, is returned as it is. */
export function durationFromText(text: string): Temporal.DurationLike | string {
  const compact = text.trim();
  if (!SHORT.test(compact)) return compact;
  const duration: Partial<Record<(typeof units)[keyof typeof units], number>> = {};
  for (const [, amount, unit] of compact.matchAll(PART)) {
    const name = units[unit as keyof typeof units];
    duration[name] = (duration[name] ?? 0) + Number(amount);
  }
  return duration;
}
