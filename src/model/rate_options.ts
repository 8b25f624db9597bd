/** What users say about how many jobs of a task may start in a time, and its stored form. */
import type { DurationInput } from "../time/duration.ts";
import * as check from "./option_checks.ts";
import type { StoredRate } from "./settings.ts";

/** How many jobs may start in any window of a length, in all schedulers together: what can be set at run time. */
export interface RateOptions {
  /** How many starts; a retry is a start too. */
  readonly limit: number;
  /** The length of the window, which slides: no window of this length ever has more starts. */
  readonly per: DurationInput;
}

/** How many jobs of a task may start in any window of a length; with a key, how many with the same key. */
export interface RateLimitOptions<Key = (input: never) => string> extends RateOptions {
  /**
   * Tells from the input as `run` gets it what the job counts for. It is asked when a job is added, or a schedule; where
   * the task's code is not at hand, say `rateKey` there. @default all jobs of the task count together
   */
  readonly key?: Key;
}

/** Tells from its input what a job counts for. */
export type RateKey = (input: unknown) => string;

/** A checked rate, with the function that tells the key where there is one. Throws `invalidOption`. */
export function resolveRateLimit(
  value: unknown,
  where: string,
): { readonly rate: StoredRate; readonly key: RateKey | undefined } {
  const { key, ...rate } = optionsOf(value, ["limit", "per", "key"], where) as Partial<RateLimitOptions>;
  if (key !== undefined && typeof key !== "function") {
    throw check.optionError("rateLimit.key", where, "must be a function from the input to a text", key);
  }
  return { rate: checkRate(rate, key !== undefined, where), key: key as RateKey | undefined };
}

/** A checked rate without its key, or null for none. Throws `invalidOption`. */
export function resolveRate(value: unknown, where: string): StoredRate | null {
  return value === null ? null : checkRate(optionsOf(value, ["limit", "per"], where), false, where);
}

/** A key: like a name. Throws `invalidOption`. */
export function checkRateKey(value: unknown, where: string): string {
  return check.checkName(value, "rateKey", where);
}

function optionsOf(value: unknown, keys: readonly string[], where: string): Partial<RateOptions> {
  if (typeof value !== "object" || value === null) {
    throw check.optionError(
      "rateLimit",
      where,
      "must be an object such as { limit: 10, per: { minutes: 1 } }",
      value,
    );
  }
  check.refuseUnknownOptions(value, keys, `'rateLimit' of ${where}`);
  return value;
}

function checkRate({ limit, per }: Partial<RateOptions>, keyed: boolean, where: string): StoredRate {
  return {
    limit: check.checkInteger(limit, "rateLimit.limit", where),
    perMs: check.checkDuration(per, "rateLimit.per", where),
    keyed,
  };
}
