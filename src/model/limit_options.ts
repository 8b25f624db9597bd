/** What users say about jobs with the same key, and its stored form. */
import type { DurationInput } from "../time/duration.ts";
import * as check from "./option_checks.ts";
import type { StoredConcurrency, StoredRate } from "./settings.ts";

/** How many jobs with the same key run at once, in all schedulers together: what can be set at run time. */
export interface KeyLimitOptions {
  /** How many run at once. @default 1 */
  readonly max?: number;
  /**
   * Strictly one after the other, in order of adding: whatever its priority or `runAt`, no job starts before all that
   * were added earlier with its key are finished, those that wait for another attempt or are parked too. Goes with no
   * `max` but 1. @default false
   */
  readonly fifo?: boolean;
}

/** How jobs of a task share slots by a key, such as a tenant; beside `maxRunningJobs`, which counts them all. */
export interface ConcurrencyOptions<Key = (input: never) => string> extends KeyLimitOptions {
  /**
   * Tells the key from the input as `run` gets it. It is asked when a job is added, or a schedule; where the task's
   * code is not at hand, say `concurrencyKey` there.
   */
  readonly key: Key;
}

/** Tells the key of a job from its input. */
export type ConcurrencyKey = (input: unknown) => string;

/** A checked limit by key, with the function that tells the key where there may be one. Throws `invalidOption`. */
export function resolveConcurrency(
  value: unknown,
  where: string,
): { readonly limit: StoredConcurrency; readonly key: ConcurrencyKey } {
  const { key, ...limit } = concurrencyOptionsOf(value, ["key", "max", "fifo"], where) as Partial<
    ConcurrencyOptions
  >;
  if (typeof key !== "function") {
    throw check.optionError("concurrency.key", where, "must be a function from the input to a text", key);
  }
  return { limit: checkLimits(limit, where), key: key as ConcurrencyKey };
}

/** A checked limit by key without its key, or null for none. Throws `invalidOption`. */
export function resolveKeyLimit(value: unknown, where: string): StoredConcurrency | null {
  return value === null ? null : checkLimits(concurrencyOptionsOf(value, ["max", "fifo"], where), where);
}

/** A key: like a name. Throws `invalidOption`. */
export function checkConcurrencyKey(value: unknown, where: string): string {
  return check.checkName(value, "concurrencyKey", where);
}

function concurrencyOptionsOf(value: unknown, keys: readonly string[], where: string): object {
  if (typeof value !== "object" || value === null) {
    throw check.optionError("concurrency", where, "must be an object such as { key, max: 1 }", value);
  }
  check.refuseUnknownOptions(value, keys, `'concurrency' of ${where}`);
  return value;
}

function checkLimits({ max = 1, fifo = false }: KeyLimitOptions, where: string): StoredConcurrency {
  const limit = {
    max: check.checkInteger(max, "concurrency.max", where),
    fifo: check.checkBoolean(fifo, "concurrency.fifo", where),
  };
  if (!limit.fifo || limit.max === 1) return limit;
  throw check.optionError("concurrency.max", where, "must be 1 with 'fifo'", max);
}

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
  const { key, ...rate } = rateOptionsOf(value, ["limit", "per", "key"], where) as Partial<RateLimitOptions>;
  if (key !== undefined && typeof key !== "function") {
    throw check.optionError("rateLimit.key", where, "must be a function from the input to a text", key);
  }
  return { rate: checkRate(rate, key !== undefined, where), key: key as RateKey | undefined };
}

/** A checked rate without its key, or null for none. Throws `invalidOption`. */
export function resolveRate(value: unknown, where: string): StoredRate | null {
  return value === null ? null : checkRate(rateOptionsOf(value, ["limit", "per"], where), false, where);
}

/** A key: like a name. Throws `invalidOption`. */
export function checkRateKey(value: unknown, where: string): string {
  return check.checkName(value, "rateKey", where);
}

function rateOptionsOf(value: unknown, keys: readonly string[], where: string): Partial<RateOptions> {
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
