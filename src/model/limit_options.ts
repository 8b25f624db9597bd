/** The limits on jobs of a task by key and by rate, and their stored form. */
import type { DurationInput } from "../time/duration.ts";
import * as check from "./option_checks.ts";

/** The limit of jobs with the same key that run at once, as stored. */
export interface StoredConcurrency {
  readonly max: number;
  /** One at a time in order of adding: an unfinished job holds back all that were added after it. */
  readonly fifo: boolean;
}

/** The limit of jobs of a task that start in any window of a length, as stored. */
export interface StoredRate {
  readonly limit: number;
  readonly perMs: number;
  /** True if jobs count by their `rateKey`; otherwise all jobs of the task count together. Only its code decides. */
  readonly keyed: boolean;
}

/** The limit of jobs with the same key that run at once, in all schedulers together: what can be set at run time. */
export interface KeyLimitOptions {
  /** The largest number that run at once. @default 1 */
  readonly max?: number;
  /**
   * Strictly one after the other, in order of adding: whatever its priority or `runAt`, no job starts before all that
   * were added earlier with its key are finished, also those that wait for another attempt or are parked. Requires a
   * `max` of 1. @default false
   */
  readonly fifo?: boolean;
}

/** The slots that jobs of a task share by a key, such as a tenant; beside `maxRunningJobs`, which counts them all. */
export interface ConcurrencyOptions<Key = (input: never) => string> extends KeyLimitOptions {
  /**
   * Returns the key for an input as `run` gets it. It is called when a job or a schedule is added; where the task's
   * code is not at hand, give `concurrencyKey` there.
   */
  readonly key: Key;
}

/** Returns the concurrency key of a job from its input. */
export type ConcurrencyKey = (input: unknown) => string;

/**
 * The limit of jobs that start in any window of a length, in all schedulers together: what can be set at run time.
 */
export interface RateOptions {
  /** The largest number of starts; a retry is a start too. */
  readonly limit: number;
  /** The length of the window, which slides: no window of this length ever has more starts. */
  readonly per: DurationInput;
}

/** The limit of jobs of a task that start in any window of a length; with a key, of those with the same key. */
export interface RateLimitOptions<Key = (input: never) => string> extends RateOptions {
  /**
   * Returns what a job counts for, from its input as `run` gets it. It is called when a job or a schedule is added;
   * where the task's code is not at hand, give `rateKey` there. @default all jobs of the task count together
   */
  readonly key?: Key;
}

/** Returns the rate key of a job from its input. */
export type RateKey = (input: unknown) => string;

/** Checks a limit by key and returns it with the function for the key. Throws `invalidOption`. */
export function resolveConcurrency(
  value: unknown,
  where: string,
): { readonly limit: StoredConcurrency; readonly key: ConcurrencyKey } {
  const { key, ...limit } = concurrencyOptions(value, ["key", "max", "fifo"], where);
  if (typeof key !== "function") {
    throw check.optionError("concurrency.key", where, "must be a function from the input to a string", key);
  }
  return { limit: checkLimits(limit, where), key: key as ConcurrencyKey };
}

/** Checks a limit by key without its key; null is no limit. Throws `invalidOption`. */
export function resolveKeyLimit(value: unknown, where: string): StoredConcurrency | null {
  return value === null ? null : checkLimits(concurrencyOptions(value, ["max", "fifo"], where), where);
}

/** Checks a concurrency key, which is like a name. Throws `invalidOption`. */
export function checkConcurrencyKey(value: unknown, where: string): string {
  return check.checkName(value, "concurrencyKey", where);
}

/** Checks a rate and returns it with the function for the key, if any. Throws `invalidOption`. */
export function resolveRateLimit(
  value: unknown,
  where: string,
): { readonly rate: StoredRate; readonly key: RateKey | undefined } {
  const { key, ...rate } = rateOptions(value, ["limit", "per", "key"], where);
  if (key !== undefined && typeof key !== "function") {
    throw check.optionError("rateLimit.key", where, "must be a function from the input to a string", key);
  }
  return { rate: checkRate(rate, key !== undefined, where), key: key as RateKey | undefined };
}

/** Checks a rate without its key; null is no limit. Throws `invalidOption`. */
export function resolveRate(value: unknown, where: string): StoredRate | null {
  return value === null ? null : checkRate(rateOptions(value, ["limit", "per"], where), false, where);
}

/** Checks a rate key, which is like a name. Throws `invalidOption`. */
export function checkRateKey(value: unknown, where: string): string {
  return check.checkName(value, "rateKey", where);
}

function concurrencyOptions(
  value: unknown,
  keys: readonly string[],
  where: string,
): Partial<ConcurrencyOptions> {
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

function rateOptions(value: unknown, keys: readonly string[], where: string): Partial<RateLimitOptions> {
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
