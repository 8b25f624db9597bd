import { Temporal } from "../../time/temporal.ts";

/** The instant of so many milliseconds since 1970; undefined for null. */
export function instantOf(epochMs: number): Temporal.Instant;
export function instantOf(epochMs: number | null): Temporal.Instant | undefined;
export function instantOf(epochMs: number | null): Temporal.Instant | undefined {
  return epochMs === null ? undefined : Temporal.Instant.fromEpochMilliseconds(epochMs);
}
