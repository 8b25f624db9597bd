import { DAY_S } from "./civil.ts";
import type { ZoneTable } from "./zone_table.ts";

/** The longest that a wall time can be away from its instant, with room to spare: Apia left out a whole day. */
export const WALL_REACH_S = 3 * DAY_S;

/**
 * The instant (in seconds since 1970) of a wall time in a zone. A wall time that does not exist gives the first
 * instant after the gap, one that exists twice its first pass.
 */
export function resolveWall(table: ZoneTable, wallS: number): number {
  let period = table.at(wallS - WALL_REACH_S);
  while (wallS >= period.wallEndS) {
    const next = table.at(period.endS);
    if (wallS < next.wallStartS) return next.startS;
    period = next;
  }
  return wallS - period.offsetS;
}

/** The wall time (in seconds since 1970-01-01T00:00 local) of an instant in a zone. */
export function wallOf(table: ZoneTable, instantS: number): number {
  return instantS + table.at(instantS).offsetS;
}
