import type { DurationInput } from "../time/duration.ts";
import * as check from "./option_checks.ts";

/** How jobs of a batch task are put together for one call. */
export interface BatchOptions {
  /** How many jobs one call takes at the most. */
  readonly size: number;
  /**
   * How long the first job of a call waits for others before the function is called with fewer; at once, it
   * takes what is ready. @default { seconds: 0 }
   */
  readonly within?: DurationInput;
}

/** How jobs are put together, checked. */
export interface ResolvedBatch {
  readonly size: number;
  readonly withinMs: number;
}

/** Checks an option `batch`. Throws `invalidOption`. */
export function resolveBatch(value: unknown, where: string): ResolvedBatch {
  if (typeof value !== "object" || value === null) {
    throw check.optionError("batch", where, "must be an object such as { size: 100 }", value);
  }
  check.refuseUnknownOptions(value, ["size", "within"], `'batch' of ${where}`);
  const { size, within } = value as Partial<BatchOptions>;
  return {
    size: check.checkInteger(size, "batch.size", where),
    withinMs: within === undefined ? 0 : check.checkDelay(within, "batch.within", where),
  };
}
