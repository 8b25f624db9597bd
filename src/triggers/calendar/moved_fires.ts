import { DAY_S } from "../../time/civil.ts";
import { EARLIEST_MS } from "../../time/temporal.ts";
import { resolveWall, wallOf, type ZoneTable } from "../../time/zone_table.ts";

/** The number of fires after which a search gives up. */
export const LEFT_OUT_MAX = 100_000;

/** The largest number of days by which a fire is moved; one that finds no day that counts by then is dropped. */
const MOVE_DAYS_MAX = 366;

const DAY_MS = DAY_S * 1000;

/** The facts for a search for moved fires. */
export interface MovedFires {
  /** The fires before any is moved. */
  nextAfterMs(epochMs: number): number | undefined;
  /** True if an instant lies on a day that counts. */
  counts(epochMs: number): boolean;
  /** The first instant at or after one that lies on a day that counts; undefined when there is none. */
  nextCountingMs(epochMs: number): number | undefined;
  /** The first instant at or after one that lies on a day that does not count; undefined when there is none. */
  nextLeftOutMs(epochMs: number): number | undefined;
  /** The zone whose days fires are moved by. */
  readonly table: ZoneTable;
  /** 1 moves to the next day that counts, -1 to the previous one. */
  readonly direction: 1 | -1;
  /** The error to throw when too many fires had to be looked at. */
  giveUp(): Error;
}

/**
 * The first fire strictly after an instant when fires on days that do not count are moved to the nearest day
 * that does, at the same time of day. Fires that meet are one.
 */
export function nextMovedMs(fires: MovedFires, epochMs: number): number | undefined {
  const floorMs = Math.max(epochMs, EARLIEST_MS);
  // A fire that is moved forward comes from after the last whole day that counts.
  let afterMs = fires.direction === 1 ? endOfCountingDay(fires, floorMs, -1) - 1 : floorMs;
  let best: number | undefined;
  let untilMs = Infinity;
  for (let round = 0; round < LEFT_OUT_MAX; round++) {
    const fireMs = fires.nextAfterMs(afterMs);
    if (fireMs === undefined || fireMs > untilMs) return best;
    afterMs = fireMs;
    const counts = fires.counts(fireMs);
    if (counts && fireMs <= epochMs) {
      // Over, like all that follow up to the next that is moved.
      const leftOutMs = fires.nextLeftOutMs(fireMs) ?? Infinity;
      afterMs = Math.max(fireMs, Math.min(epochMs, leftOutMs - 1));
      continue;
    }
    const movedMs = counts ? fireMs : moved(fires, fireMs);
    if (movedMs === undefined) {
      // Dropped, as is every fire up to where a day that counts comes near again.
      const countingMs = fires.nextCountingMs(fireMs);
      if (countingMs === undefined) return best;
      afterMs = Math.max(fireMs, countingMs - (fires.direction === 1 ? MOVE_DAYS_MAX + 2 : 2) * DAY_MS);
    } else if (movedMs > epochMs && (best === undefined || movedMs < best)) {
      best = movedMs;
      // Later fires come before it only when they are moved back, and never across a day that counts.
      untilMs = fires.direction === 1 ? movedMs : endOfCountingDay(fires, movedMs, 1);
    }
  }
  throw fires.giveUp();
}

function moved(fires: MovedFires, fireMs: number): number | undefined {
  const second = Math.floor(fireMs / 1000);
  const wallS = wallOf(fires.table, second);
  for (let days = 1; days <= MOVE_DAYS_MAX; days++) {
    const atS = resolveWall(fires.table, wallS + fires.direction * days * DAY_S);
    const atMs = atS * 1000 + (fireMs - second * 1000);
    if (fires.counts(atMs)) return atMs;
  }
  return undefined;
}

/** The first instant after the nearest whole day that counts, before or after the day of an instant. */
function endOfCountingDay(fires: MovedFires, epochMs: number, direction: 1 | -1): number {
  const today = Math.floor(wallOf(fires.table, Math.floor(epochMs / 1000)) / DAY_S);
  for (let days = 1; days <= MOVE_DAYS_MAX; days++) {
    const day = today + direction * days;
    const startMs = resolveWall(fires.table, day * DAY_S) * 1000;
    const endMs = resolveWall(fires.table, (day + 1) * DAY_S) * 1000;
    if (endMs > startMs && fires.counts(startMs) && fires.counts(endMs - 1)) return endMs;
  }
  return resolveWall(fires.table, (today + direction * MOVE_DAYS_MAX) * DAY_S) * 1000;
}
