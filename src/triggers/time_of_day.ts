import { temporalName } from "../time/temporal.ts";
import { checkKeys, invalidTrigger, shown } from "./checks.ts";

/** A time of day by its parts; what is left out is 0. */
export interface TimeOfDay {
  /** 0–23. @default 0 */
  readonly hour?: number | undefined;
  /** 0–59. @default 0 */
  readonly minute?: number | undefined;
  /** 0–59. @default 0 */
  readonly second?: number | undefined;
}

/** A time of day: by its parts, as `"HH:MM"` or `"HH:MM:SS"`, or a `Temporal.PlainTime` of whole seconds. */
export type TimeOfDayInput = TimeOfDay | Temporal.PlainTime | string;

const EXPECTED = "'09:30', '09:30:15' or { hour: 9, minute: 30 }";

/** Reads a time of day as seconds since midnight. `what` names the option. Throws `invalidTrigger`. */
export function timeOfDayS(value: unknown, what: string): number {
  const name = temporalName(value);
  if (name === "PlainTime") return plainTimeS(value as Temporal.PlainTime, what);
  if (name !== undefined) throw invalid(what, `a Temporal.${name}`);
  if (typeof value !== "string") {
    if (typeof value !== "object" || value === null) throw invalid(what, shown(value));
    const { hour, minute, second } = checkKeys(value, ["hour", "minute", "second"], what);
    return total(
      part(hour, 23, `${what}.hour`),
      part(minute, 59, `${what}.minute`),
      part(second, 59, `${what}.second`),
    );
  }
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(value);
  if (!match) throw invalid(what, `'${value}'`);
  return total(Number(match[1]), Number(match[2]), Number(match[3] ?? 0));
}

/** Formats a time of day, with seconds only where there are some. */
export function timeOfDayText(secondsOfDay: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const text = `${two(secondsOfDay / 3600)}:${two(secondsOfDay / 60 % 60)}`;
  return secondsOfDay % 60 === 0 ? text : `${text}:${two(secondsOfDay % 60)}`;
}

function plainTimeS(time: Temporal.PlainTime, what: string): number {
  if (time.millisecond !== 0 || time.microsecond !== 0 || time.nanosecond !== 0) {
    throw invalid(what, `${time}, which is finer than a second`);
  }
  return total(time.hour, time.minute, time.second);
}

function part(value: unknown, max: number, what: string): number {
  if (value === undefined) return 0;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw invalidTrigger(`${what} must be a whole number from 0 to ${max}, but got ${shown(value)}`, {
    field: what,
  });
}

function total(hour: number, minute: number, second: number): number {
  return hour * 3600 + minute * 60 + second;
}

function invalid(what: string, got: string): Error {
  return invalidTrigger(`${what} must be a time of day, but got ${got}`, { field: what, expected: EXPECTED });
}
