import assert from "node:assert/strict";

/**
 * The independent model that triggers are compared with: it walks every single wall time and asks, for each one
 * that matches, at which instants it exists. It shares no code with `src/`; only Temporal is the same.
 */

export const GAPS = ["skip", "after", "shift"] as const;
export const OVERLAPS = ["first", "second", "both"] as const;
export type Gap = typeof GAPS[number];
export type Overlap = typeof OVERLAPS[number];

/** A stretch of constant offset, in seconds. */
export interface Segment {
  readonly fromS: number;
  readonly toS: number;
  readonly offsetS: number;
}

/** The wall time that a matcher looks at. */
export interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export interface BruteOptions {
  readonly matches: (wall: Wall) => boolean;
  readonly segments: readonly Segment[];
  readonly gap: Gap;
  readonly overlap: Overlap;
  readonly fromS: number;
  readonly toS: number;
  /** Distance between wall times. @default 60 */
  readonly stepS?: number;
}

const TWO_DAYS_S = 172_800;

/** The stretches of constant offset that cover some time with two days on either side, as Temporal tells them. */
export function segmentsOf(timeZone: string, fromS: number, toS: number): Segment[] {
  const segments: Segment[] = [];
  let zoned = Temporal.Instant.fromEpochMilliseconds((fromS - 2 * TWO_DAYS_S) * 1000).toZonedDateTimeISO(
    timeZone,
  );
  let startS = -Infinity;
  for (;;) {
    const next = zoned.getTimeZoneTransition("next");
    const endS = next ? next.epochMilliseconds / 1000 : Infinity;
    segments.push({ fromS: startS, toS: endS, offsetS: zoned.offsetNanoseconds / 1e9 });
    if (!next || endS > toS + 2 * TWO_DAYS_S) return segments;
    startS = endS;
    zoned = next;
  }
}

/** Every fire from `fromS` (inclusive) to `toS` (exclusive), in seconds since 1970. */
export function bruteFires(options: BruteOptions): number[] {
  const { matches, segments, gap, overlap, fromS, toS, stepS = 60 } = options;
  const fires = new Set<number>();
  // Wall times further away than the clock ever is from UTC, and ever moves, cannot be in between.
  const offsets = segments.map(({ offsetS }) => offsetS);
  const lowest = Math.min(...offsets);
  const highest = Math.max(...offsets);
  const moves = highest - lowest;
  const lastWall = toS + highest + moves;
  for (let day = Math.floor((fromS + lowest - moves) / 86_400); day * 86_400 < lastWall; day++) {
    const date = dateAt(day);
    for (let second = 0; second < 86_400; second += stepS) {
      const wallS = day * 86_400 + second;
      if (!matches(wallAt(date, second))) continue;
      for (const fire of instantsOf(wallS, segments, gap, overlap)) {
        if (fire >= fromS && fire < toS) fires.add(fire);
      }
    }
  }
  return [...fires].sort((a, b) => a - b);
}

/** The instants that one wall time stands for. */
export function instantsOf(
  wallS: number,
  segments: readonly Segment[],
  gap: Gap,
  overlap: Overlap,
): number[] {
  const found: number[] = [];
  for (const { fromS, toS, offsetS } of segments) {
    const instant = wallS - offsetS;
    if (instant >= fromS && instant < toS) found.push(instant);
  }
  if (found.length === 0) return inGap(wallS, segments, gap);
  if (found.length === 1 || overlap === "both") return found;
  return [overlap === "first" ? Math.min(...found) : Math.max(...found)];
}

function inGap(wallS: number, segments: readonly Segment[], gap: Gap): number[] {
  if (gap === "skip") return [];
  const after = segments.findIndex(({ fromS, offsetS }) => fromS + offsetS > wallS);
  return [gap === "after" ? segments[after]!.fromS : wallS - segments[after - 1]!.offsetS];
}

/** The date of a day since 1970, by JavaScript's own calendar. */
export function dateAt(day: number): Pick<Wall, "year" | "month" | "day" | "weekday"> {
  const date = new Date(day * 86_400_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

function wallAt(date: ReturnType<typeof dateAt>, second: number): Wall {
  const { year, month, day, weekday } = date;
  const minute = Math.floor(second / 60);
  return {
    year,
    month,
    day,
    weekday,
    hour: Math.floor(minute / 60),
    minute: minute % 60,
    second: second % 60,
  };
}

/** Compares two lists of instants, and shows where they part. */
export function assertSame(actual: readonly number[], expected: readonly number[], at: string): void {
  const longer = actual.length > expected.length ? actual : expected;
  const index = longer.findIndex((_, i) => actual[i] !== expected[i]);
  if (index === -1) return;
  const around = (list: readonly number[]) => list.slice(Math.max(0, index - 2), index + 3).map(isoOf);
  assert.deepEqual(around(actual), around(expected), at);
}

function isoOf(second: number): string {
  return new Date(second * 1000).toISOString();
}

/** Every fire of a trigger from `fromS` (inclusive) to `toS` (exclusive), in seconds since 1970. */
export function chainFires(
  trigger: { nextAfterMs(epochMs: number): number | undefined },
  fromS: number,
  toS: number,
): number[] {
  const fires: number[] = [];
  let next = trigger.nextAfterMs(fromS * 1000 - 1);
  while (next !== undefined && next < toS * 1000) {
    fires.push(next / 1000);
    next = trigger.nextAfterMs(next);
  }
  return fires;
}
