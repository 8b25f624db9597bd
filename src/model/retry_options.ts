/** What users say about trying again, and its stored form. */
import type { DurationInput } from "../time/duration.ts";
import {
  checkDuration,
  checkInteger,
  checkNumber,
  optionError,
  refuseUnknownOptions,
} from "./option_checks.ts";
import { defaultRunSettings, type StoredRetry } from "./settings.ts";

/** Whether and when a failed job is tried again. */
export interface RetryOptions {
  /** How often it is tried at most, the first time included. */
  readonly maxAttempts: number;
  /** Waits `base` each time, or `factor` times longer each time. @default "exponential" */
  readonly backoff?: "fixed" | "exponential";
  /** The first wait. @default { seconds: 1 } */
  readonly base?: DurationInput;
  /** By how much each wait is longer than the one before. @default 2 */
  readonly factor?: number;
  /** No wait is longer, jitter aside. @default { hours: 1 }, or `base` where that is longer */
  readonly cap?: DurationInput;
  /** Random part that is added to each wait, 0 to 1. @default 0.1 */
  readonly jitter?: number;
}

/** How long to wait after attempt number `attempt` failed with `error`. */
export type BackoffFunction = (attempt: number, error: unknown) => DurationInput;

/** Whether and when a failed job of a task is tried again; a task's code can also decide by functions. */
export interface TaskRetryOptions extends Omit<RetryOptions, "backoff"> {
  /** Waits `base` each time, `factor` times longer each time, or as a function says. @default "exponential" */
  readonly backoff?: "fixed" | "exponential" | BackoffFunction;
  /** Whether this error is worth another attempt. @default every error is */
  readonly retryIf?: (error: unknown, attempt: number) => boolean;
}

const retryKeys = ["maxAttempts", "backoff", "base", "factor", "cap", "jitter", "retryIf"] as const;

/**
 * Checks retry options and gives their stored form. Functions are only allowed where `functions` says so.
 * Throws `invalidOption`.
 */
export function resolveRetry(value: unknown, where: string, functions: boolean): StoredRetry {
  if (typeof value !== "object" || value === null) {
    throw optionError("retry", where, "must be an object such as { maxAttempts: 5 }", value);
  }
  refuseUnknownOptions(value, retryKeys, `'retry' of ${where}`);
  const options = value as TaskRetryOptions;
  if (!functions) refuseFunctions(options, where);
  if (options.retryIf !== undefined && typeof options.retryIf !== "function") {
    throw optionError("retry.retryIf", where, "must be a function", options.retryIf);
  }
  const kind = backoffKind(options.backoff, where);
  const usual = defaultRunSettings.retry.backoff;
  const { base, factor, jitter } = options;
  const baseMs = base === undefined ? usual.baseMs : checkDuration(base, "retry.base", where);
  return {
    maxAttempts: checkInteger(options.maxAttempts, "retry.maxAttempts", where),
    backoff: {
      kind,
      baseMs,
      factor: factor === undefined ? usual.factor : checkNumber(factor, "retry.factor", where, 1, Infinity),
      capMs: resolveCap(options.cap, baseMs, where),
      jitter: jitter === undefined ? usual.jitter : checkNumber(jitter, "retry.jitter", where, 0, 1),
    },
  };
}

function refuseFunctions(options: TaskRetryOptions, where: string): void {
  for (const [key, value] of Object.entries(options)) {
    if (typeof value !== "function") continue;
    throw optionError(
      `retry.${key}`,
      where,
      "cannot be a function, which cannot be stored: give it to the task",
      value,
    );
  }
}

function backoffKind(backoff: unknown, where: string): "fixed" | "exponential" | "custom" {
  if (backoff === undefined) return "exponential";
  if (typeof backoff === "function") return "custom";
  if (backoff === "fixed" || backoff === "exponential") return backoff;
  throw optionError("retry.backoff", where, "must be 'fixed', 'exponential' or a function", backoff);
}

function resolveCap(cap: DurationInput | undefined, baseMs: number, where: string): number {
  if (cap === undefined) return Math.max(baseMs, defaultRunSettings.retry.backoff.capMs);
  const capMs = checkDuration(cap, "retry.cap", where);
  if (capMs < baseMs) throw optionError("retry.cap", where, "must not be shorter than 'base'", cap);
  return capMs;
}
