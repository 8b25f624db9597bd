import { CarillonError } from "../errors.ts";
import { DAY_S, daysFromDate } from "./civil.ts";
import { resolveWall, zoneTable } from "./zone_table.ts";
import { EARLIEST_MS, LATEST_MS, Temporal, temporalName, withinRange } from "./temporal.ts";
import { timeZoneId } from "./time_zone.ts";

/**
 * A point in time as users write it; a number is milliseconds since 1970. Without an offset (`"2026-03-29 02:30"`, a `PlainDateTime`) it is local to
 * the trigger's zone; a plain date is its midnight.
 */
export type MomentInput =
  | Temporal.Instant
  | Temporal.ZonedDateTime
  | Temporal.PlainDateTime
  | Temporal.PlainDate
  | Date
  | number
  | string;

/** A point in time as it is stored: an instant that ends in `Z`, or a local date and time, or a date. */
export type Moment = string;

const DATE = String.raw`(?:[+-]\d{6}|\d{4})-\d\d-\d\d`;
const TIME = String.raw`\d\d:\d\d(?::[0-5]\d(?:[.,]\d{1,9})?)?`;
const OFFSET = String.raw`Z|[+-]\d\d(?::?\d\d)?`;
const SHAPE = new RegExp(`^(${DATE})(?:[Tt ](${TIME})\\s?(${OFFSET})?)?(\\[[\\w/+\\-:]+\\])?$`, "i");

const EXPECTED =
  "an instant, a date and time, a plain date, a Date, one of them as an ISO string, or milliseconds since 1970";

/**
 * Reads a point in time and returns it in its stored form. `what` names the option in the error.
 *
 * Throws `invalidTrigger` for another kind of value and for a string that is no date.
 */
export function momentOf(value: unknown, what: string): Moment {
  const name = temporalName(value);
  if (name === "Instant" || name === "ZonedDateTime") {
    return instantMoment(value as Temporal.Instant | Temporal.ZonedDateTime);
  }
  if (name === "PlainDateTime" || name === "PlainDate") return isoText(value as Temporal.PlainDate);
  if (name !== undefined) throw invalid(what, `a Temporal.${name}`);
  if (typeof value === "string") return textMoment(value, what);
  if (value instanceof Date || typeof value === "number") {
    const ms = Number(value);
    if (Number.isInteger(ms) && ms >= EARLIEST_MS && ms <= LATEST_MS) {
      return Temporal.Instant.fromEpochMilliseconds(ms).toString();
    }
    throw invalid(
      what,
      value instanceof Date ? "an invalid Date" : `${value}, which is no whole milliseconds since 1970`,
    );
  }
  throw invalid(what, value === null ? "null" : `a value of type ${typeof value}`);
}

/** True if a stored point in time is local to a zone that it does not name. */
export function isLocalMoment(moment: Moment): boolean {
  return !moment.endsWith("Z");
}

/** True if a stored point in time is a date alone. */
export function isDateMoment(moment: Moment): boolean {
  return isLocalMoment(moment) && !moment.includes("T");
}

/** The date of a stored point in time that is local, in days since 1970-01-01. */
export function dayOfDate(moment: Moment): number {
  const [, year, month, day] = /^([+-]?\d+)-(\d\d)-(\d\d)/.exec(moment)!;
  return daysFromDate(Number(year), Number(month), Number(day));
}

/** The milliseconds since 1970 of a stored point in time; what is finer is rounded up, or down. */
export function momentMs(moment: Moment, timeZone: string, rounding: "up" | "down" = "up"): number {
  if (!isLocalMoment(moment)) return epochMsOf(Temporal.Instant.from(moment), "", timeZone, rounding);
  const local = Temporal.PlainDateTime.from(moment);
  const finer = rounding === "up" && (local.microsecond !== 0 || local.nanosecond !== 0) ? 1 : 0;
  const wallS = daysFromDate(local.year, local.month, local.day) * DAY_S +
    local.hour * 3600 + local.minute * 60 + local.second;
  return withinRange(resolveWall(zoneTable(timeZone), wallS) * 1000 + local.millisecond + finer);
}

/** The milliseconds since 1970 of a point in time as users write it. Throws what `momentOf` throws. */
export function epochMsOf(
  value: MomentInput,
  what: string,
  timeZone: string,
  rounding: "up" | "down" = "up",
): number {
  const name = temporalName(value);
  if (name !== "Instant" && name !== "ZonedDateTime") {
    return momentMs(momentOf(value, what), timeZone, rounding);
  }
  const { epochMilliseconds, epochNanoseconds } = value as Temporal.Instant;
  return rounding === "up" && epochNanoseconds % 1_000_000n !== 0n
    ? epochMilliseconds + 1
    : epochMilliseconds;
}

function textMoment(text: string, what: string): Moment {
  const match = SHAPE.exec(text.trim());
  if (!match) throw invalid(what, `'${text}'`);
  const [, date, time, offset, zone] = match;
  try {
    if (zone) {
      timeZoneId(zone.slice(1, -1));
      return instantMoment(Temporal.ZonedDateTime.from(`${date}T${time ?? "00:00"}${offset ?? ""}${zone}`));
    }
    if (offset) return instantMoment(Temporal.Instant.from(`${date}T${time}${offset}`));
    if (time) return Temporal.PlainDateTime.from(`${date}T${time}`).toString();
    return Temporal.PlainDate.from(date!).toString();
  } catch (cause) {
    if (cause instanceof CarillonError) throw cause;
    throw invalid(what, `'${text}'`, cause);
  }
}

function instantMoment(value: Temporal.Instant | Temporal.ZonedDateTime): Moment {
  return Temporal.Instant.fromEpochNanoseconds(value.epochNanoseconds).toString();
}

function isoText(value: Temporal.PlainDate | Temporal.PlainDateTime): Moment {
  return value.toString({ calendarName: "never" });
}

function invalid(what: string, got: string, cause?: unknown): CarillonError {
  return new CarillonError("invalidTrigger", `${what} must be ${EXPECTED}, but got ${got}`, {
    details: { option: what, expected: EXPECTED, hint: "write '2026-03-29 02:30' or '2026-03-29T02:30Z'" },
    cause,
  });
}
