import { Temporal } from "../../time/temporal.ts";

/** Returns an instant as a clock of a zone shows it, to the second: `2026-03-29 03:00:00`. */
export function localTime(instant: Temporal.Instant, timeZone: string): string {
  const local = instant.toZonedDateTimeISO(timeZone).toPlainDateTime();
  return local.toString({ smallestUnit: "second" }).replace("T", " ");
}

/** Returns the time of day of an instant, to the second: `03:00:00`. */
export function timeOfDay(epochMs: number, timeZone: string): string {
  return localTime(Temporal.Instant.fromEpochMilliseconds(epochMs), timeZone).slice(-8);
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** Returns a length of time for people: `12 ms`, `3.2 s`, `4 min 5 s`, `2 h 10 min`. */
export function lengthText(lengthMs: number): string {
  if (lengthMs < 1000) return `${Math.round(lengthMs)} ms`;
  if (lengthMs < 60_000) return `${Number((lengthMs / 1000).toFixed(1))} s`;
  const first = units.findIndex(([, unitMs]) => lengthMs >= unitMs);
  const [name, unitMs] = units[first]!;
  const [nextName, nextMs] = units[first + 1]!;
  const whole = Math.floor(lengthMs / unitMs);
  const rest = Math.floor((lengthMs % unitMs) / nextMs);
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${nextName}`;
}

/** Returns the distance of an instant from now: `in 4 min 5 s`, `12 s ago`. */
export function distanceText(epochMs: number, nowMs: number): string {
  const awayMs = epochMs - nowMs;
  if (Math.abs(awayMs) < 1000) return "now";
  return awayMs > 0 ? `in ${lengthText(awayMs)}` : `${lengthText(-awayMs)} ago`;
}
