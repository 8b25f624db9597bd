import { DAY_S } from "../time/civil.ts";
import {
  dayOfDate,
  isDateMoment,
  isLocalMoment,
  type Moment,
  type MomentInput,
  momentMs,
  momentOf,
} from "../time/moment.ts";
import { UTC } from "../time/time_zone.ts";
import { resolveWall, zoneTable } from "../time/zone_table.ts";
import { invalidTrigger } from "./checks.ts";

/** The options by which a trigger begins and ends; both ends are inclusive. */
export interface WindowOptions {
  /** No fire is earlier than this. @default none */
  readonly start?: MomentInput | undefined;
  /** No fire is later than this; one at this very instant is. @default none */
  readonly end?: MomentInput | undefined;
}

/** The first and last instant of a trigger, in stored form and in milliseconds. */
export interface Window {
  /** The start as it is stored. */
  readonly start: Moment | undefined;
  /** The end as it is stored. */
  readonly end: Moment | undefined;
  /** The first millisecond of the window; -Infinity when it has no start. */
  readonly startMs: number;
  /** The last millisecond of the window; Infinity when it has no end. */
  readonly endMs: number;
}

const OPEN: Window = { start: undefined, end: undefined, startMs: -Infinity, endMs: Infinity };

/**
 * Reads `start` and `end`; local ones are in `timeZone`. An end that is a plain date is its midnight, or the last
 * millisecond of its day with `wholeDay`. Throws `invalidTrigger` when the end is first.
 */
export function readWindow(options: WindowOptions, timeZone: string | undefined, wholeDay = false): Window {
  if (options.start === undefined && options.end === undefined) return OPEN;
  const zone = timeZone ?? UTC;
  const start = options.start === undefined ? undefined : momentOf(options.start, "start");
  const end = options.end === undefined ? undefined : momentOf(options.end, "end");
  const startMs = start === undefined ? -Infinity : momentMs(start, zone, "up");
  const endMs = end === undefined
    ? Infinity
    : wholeDay && isDateMoment(end)
    ? resolveWall(zoneTable(zone), (dayOfDate(end) + 1) * DAY_S) * 1000 - 1
    : momentMs(end, zone, "down");
  if (endMs < startMs) {
    throw invalidTrigger(`end must not be before start, but ${end} is before ${start}`, { field: "end" });
  }
  return { start, end, startMs, endMs };
}

/** True if an end of a window is local to a zone that it does not name. */
export function isLocalWindow({ start, end }: Window): boolean {
  return [start, end].some((moment) => moment !== undefined && isLocalMoment(moment));
}
