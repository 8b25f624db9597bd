/**
 * How long after its fire time a job may start: never early, less than `jitterMs` late. `random` is a number
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
