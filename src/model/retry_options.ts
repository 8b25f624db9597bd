/** The options for trying a failed job again, their stored form, and the wait that follows from it. */
import type { DurationInput } from "../time/duration.ts";
import {
  checkDuration,
  checkInteger,
  checkNumber,
  optionError,
  refuseUnknownOptions,
} from "./option_checks.ts";

/** The ways in which waits between attempts can grow. */
export const backoffKinds = ["exponential", "fixed"] as const;

/** A way in which waits between attempts grow. */
export type BackoffKind = typeof backoffKinds[number];

/** The waits before further attempts, as stored. */
export interface StoredBackoff {
  /** `fixed` waits `baseMs` each time; `exponential` multiplies by `factor`; `custom` calls the task's function. */
  readonly kind: BackoffKind | "custom";
  readonly baseMs: number;
  readonly factor: number;
  readonly capMs: number;
  /** The random part of the wait, 0 to 1; it only ever adds. */
  readonly jitter: number;
}

/** Number and timing of attempts, as stored. */
export interface StoredRetry {
  readonly maxAttempts: number;
  readonly backoff: StoredBackoff;
}

/** The default: one attempt. */
export const defaultRetry: StoredRetry = {
  maxAttempts: 1,
  backoff: { kind: "exponential", baseMs: 1000, factor: 2, capMs: 3_600_000, jitter: 0.1 },
};

/** Number and timing of the attempts of a job. */
export interface RetryOptions {
  /** The largest number of attempts, the first one included. */
  readonly maxAttempts: number;
  /** Waits `base` each time, or `factor` times longer each time. @default "exponential" */
  readonly backoff?: BackoffKind;
  /** The first wait. @default { seconds: 1 } */
  readonly base?: DurationInput;
  /** By how much each wait is longer than the one before. @default 2 */
  readonly factor?: number;
  /** The longest wait, jitter aside. @default { hours: 1 }, or `base` where that is longer */
  readonly cap?: DurationInput;
  /** Random part that is added to each wait, 0 to 1. @default 0.1 */
  readonly jitter?: number;
}

/**
 * Returns how long to wait after attempt number `attempt` failed with `error`. Where it throws or returns no duration, the
 * wait is that of the exponential back-off, and a warning is logged.
 */
export type BackoffFunction = (attempt: number, error: unknown) => DurationInput;

/** Number and timing of the attempts of a task's jobs; its code can also decide by functions. */
export interface TaskRetryOptions extends Omit<RetryOptions, "backoff"> {
  /** Waits `base` each time, `factor` times longer each time, or as a function says. @default "exponential" */
  readonly backoff?: BackoffKind | BackoffFunction;
  /**
   * Returns true if this error is worth another attempt; where it throws or does not settle within 5 seconds, it is.
   * @default every error is
   */
  readonly retryIf?: (error: unknown, attempt: number) => boolean | Promise<boolean>;
}

const retryKeys = ["maxAttempts", "backoff", "base", "factor", "cap", "jitter", "retryIf"] as const;

/**
 * Checks retry options and returns their stored form. Functions are refused unless `functions` allows them.
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
  const usual = defaultRetry.backoff;
  const { base, factor, jitter } = options;
  const baseMs = base === undefined ? usual.baseMs : checkDuration(base, "retry.base", where);
  return {
    maxAttempts: checkInteger(options.maxAttempts, "retry.maxAttempts", where),
    backoff: {
      kind: checkBackoff(options.backoff, where),
      baseMs,
      factor: factor === undefined ? usual.factor : checkNumber(factor, "retry.factor", where, 1, Infinity),
      capMs: resolveCap(options.cap, baseMs, where),
      jitter: jitter === undefined ? usual.jitter : checkNumber(jitter, "retry.jitter", where, 0, 1),
    },
  };
}

/** Returns the wait before attempt `attempt + 1`; `random` is in [0, 1) and only ever adds. */
export function backoffMs(backoff: StoredBackoff, attempt: number, random: number): number {
  const waitMs = Math.min(backoff.capMs, backoff.baseMs * growth[backoff.kind](backoff.factor, attempt));
  return Math.round(waitMs * (1 + backoff.jitter * random));
}

/** Multiples of the first wait after a failed attempt. */
const growth = {
  fixed: () => 1,
  exponential,
  // The task's function decides; where the code is not at hand, its waits grow by default.
  custom: exponential,
} satisfies Record<StoredBackoff["kind"], (factor: number, attempt: number) => number>;

function exponential(factor: number, attempt: number): number {
  return factor ** Math.max(0, attempt - 1);
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

function checkBackoff(backoff: unknown, where: string): StoredBackoff["kind"] {
  if (backoff === undefined) return defaultRetry.backoff.kind;
  if (typeof backoff === "function") return "custom";
  const kind = backoffKinds.find((known) => known === backoff);
  if (kind !== undefined) return kind;
  const known = backoffKinds.map((word) => `'${word}'`).join(", ");
  throw optionError("retry.backoff", where, `must be ${known} or a function`, backoff);
}

function resolveCap(cap: DurationInput | undefined, baseMs: number, where: string): number {
  if (cap === undefined) return Math.max(baseMs, defaultRetry.backoff.capMs);
  const capMs = checkDuration(cap, "retry.cap", where);
  if (capMs < baseMs) throw optionError("retry.cap", where, "must not be shorter than 'base'", cap);
  return capMs;
}
