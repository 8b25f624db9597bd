import { WALL_REACH_S, type ZoneTable } from "../time/zone_table.ts";

/** The policies for local times that do not exist. */
export const gapPolicies = ["skip", "after", "shift"] as const;

/** The policies for local times that exist twice. */
export const overlapPolicies = ["first", "second", "both"] as const;

/** The policy for a local time that does not exist: no fire, the end of the gap, or the time moved on by the gap. */
export type ClockGapPolicy = typeof gapPolicies[number];

/** The policy for a local time that exists twice. */
export type ClockOverlapPolicy = typeof overlapPolicies[number];

/** The wall times at which something is due, as if there were no time zones. */
export interface WallSource {
  /** The first wall time at or after one, in whole seconds since 1970-01-01T00:00 local; Infinity for none. */
  nextWall(fromS: number): number;
}

/**
 * The first instant at or after `fromS` (seconds since 1970) that a source's wall times give in a zone;
 * Infinity when there is none.
 *
 * The zone's periods of constant offset are visited in order. In each one the fires are those of the gap at its
 * start and those of its own wall times; nothing of a period can be earlier than the period, so the first
 * one found is the right one. Gaps and overlaps are always between neighbours: no two transitions of any zone are
 * closer together than the clock moves at them (a test holds that).
 */
export function firstFireS(
  walls: WallSource,
  table: ZoneTable,
  gap: ClockGapPolicy,
  overlap: ClockOverlapPolicy,
  fromS: number,
): number {
  if (overlap !== "first" && overlap !== "second") overlap satisfies "both";
  let from = fromS;
  // The next wall time, once one is known for the walls from where the search stands.
  let known = NaN;
  for (;;) {
    const period = table.at(from);
    let fire = Infinity;
    if (period.gapS > 0 && from < period.startS + period.gapS) {
      switch (gap) {
        case "skip":
          break;
        case "after":
          if (from === period.startS && walls.nextWall(from + period.beforeS) < period.wallStartS) {
            return from;
          }
          break;
        case "shift": {
          const wall = from + period.beforeS <= known ? known : walls.nextWall(from + period.beforeS);
          if (wall < period.wallStartS) fire = wall - period.beforeS;
          break;
        }
        default:
          gap satisfies never;
      }
    }
    let lower = from + period.offsetS;
    if (overlap === "first" && lower < period.newWallsFromS) lower = period.newWallsFromS;
    const wall = lower <= known ? known : walls.nextWall(lower);
    if (wall < (overlap === "second" ? period.lastWallsUntilS : period.wallEndS)) {
      return Math.min(fire, wall - period.offsetS);
    }
    if (fire !== Infinity) return fire;
    // No wall time from `lower` to `wall` matches. Those that the next period repeats may lie before `lower`.
    const repeats = lower > period.lastWallsUntilS;
    if (period.endS === Infinity || (wall === Infinity && !repeats)) return Infinity;
    known = repeats ? NaN : wall;
    from = repeats ? period.endS : Math.max(period.endS, wall - WALL_REACH_S);
  }
}
