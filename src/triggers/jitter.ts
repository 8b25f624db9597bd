/**
 * Returns a random delay after a fire time: at least 0 and less than `jitterMs`. `random` is a number
 * from 0 (inclusive) to 1 (exclusive).
 *
 * @example
 * ```ts
 * import { jitterOffsetMs } from "carillon";
 *
 * console.assert(jitterOffsetMs(60_000, 0.5) === 30_000);
 * ```
 */
export function jitterOffsetMs(jitterMs: number, random: number): number {
  return Math.floor(Math.max(0, jitterMs) * Math.min(Math.max(random, 0), 1 - Number.EPSILON));
}

/**
 * Returns the place of a schedule within a window, so that schedules of the same minute do not start at the same
 * instant: at least 0 and less than `windowMs`, always the same for an id, and even over many ids.
 *
 * @example
 * ```ts
 * import { spreadOffsetMs } from "carillon";
 *
 * const offsetMs = spreadOffsetMs("daily-report", 60_000);
 * console.assert(offsetMs >= 0 && offsetMs < 60_000 && offsetMs === spreadOffsetMs("daily-report", 60_000));
 * ```
 */
export function spreadOffsetMs(scheduleId: string, windowMs: number): number {
  if (!(windowMs >= 1)) return 0;
  return Math.floor(hashFraction(scheduleId) * Math.floor(windowMs));
}

/** Hashes a string to an evenly spread number from 0 (inclusive) to 1 (exclusive). */
function hashFraction(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  // The last bytes must move the high bits as well as the low ones.
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return ((hash ^ hash >>> 16) >>> 0) / 2 ** 32;
}
