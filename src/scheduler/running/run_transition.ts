import { CarillonError, isCarillonError, messageOf } from "../../errors.ts";
import { lostLeaseTransition } from "../../model/decisions.ts";
import type { JobRecord, JobTransition, StoredError } from "../../model/job_record.ts";
import { backoffMs } from "../../model/retry_options.ts";
import type { RunSettings } from "../../model/settings.ts";
import type { JobOutcome } from "../../model/states.ts";
import { storedError } from "../../model/stored_error.ts";
import { disregard, isPromiseLike, type MaybePromise } from "../../model/maybe_promise.ts";
import { DURATION_MAX_MS, type DurationInput, durationMs } from "../../time/duration.ts";
import { fieldOf } from "../../untrusted.ts";
import type { AbortCause } from "./job_run.ts";

/** The way in which a task's function ended. */
export type RunResult =
  | { readonly ok: true; readonly payload: string | null; readonly value: unknown }
  | {
    readonly ok: false;
    readonly error: unknown;
    /** True if another attempt would end in the same way. @default false */
    readonly isFinal?: boolean;
  };

/** The facts that decide how a job continues after a run. */
export interface RunTransitionInput {
  readonly result: RunResult;
  readonly cause: AbortCause | undefined;
  /** True if its executor had to end it, as it ignored its signal. @default false */
  readonly terminated?: boolean;
  readonly job: Pick<JobRecord, "attempt" | "lostLeases" | "cancelRequested">;
  readonly settings: RunSettings;
  /** The task's own function that decides whether an error is worth another attempt; by default every one is. */
  readonly retryIf?: ((error: unknown) => unknown) | undefined;
  /** The task's own function of the wait before the next attempt. */
  readonly backoff?: ((attempt: number, error: unknown) => unknown) | undefined;
  /** Reports that one of these failed, so that the default decides. @default nothing */
  readonly warn?: ((what: string, error: unknown) => void) | undefined;
  /** In [0, 1). */
  readonly random: number;
}

/** Returns the transition of a job whose run has ended; a promise only where the task's `retryIf` does. */
export function runTransition(input: RunTransitionInput): MaybePromise<JobTransition> {
  const { result, cause, settings } = input;
  switch (cause?.kind) {
    case "leaseLost":
      return lostLeaseTransition(input.job, settings);
    case "timeout":
      return failureTransition(input, "timedOut", timeoutError(cause, input));
    case "cancelled":
      if (result.ok) return successTransition(result.payload, settings);
      return failed("cancelled", cancelError(cause, input), settings);
    case "stopping":
      if (result.ok) return successTransition(result.payload, settings);
      return ownTransition(result.error, settings) ?? { to: "handBack", lostLease: false };
    case undefined:
      if (result.ok) return successTransition(result.payload, settings);
      return ownTransition(result.error, settings) ?? failureTransition(input, "error", result.error);
    default:
      return cause satisfies never;
  }
}

/** Returns the transition of a job whose function returned without having been asked to stop. */
export function successTransition(value: string | null, { retention }: RunSettings): JobTransition {
  return { to: "finished", outcome: "success", value, error: null, keepMs: retention.successMs };
}

/** The transition that the job itself asked for, which no retry can overrule. */
function ownTransition(error: unknown, settings: RunSettings): JobTransition | undefined {
  const snoozeMs = isCarillonError(error, "jobSnoozed") ? delayOf(error) : undefined;
  if (snoozeMs !== undefined) return { to: "snooze", delayMs: snoozeMs };
  if (!isCarillonError(error, "jobCancelledItself")) return undefined;
  return failed("cancelled", { name: "Cancelled", message: messageOf(error) }, settings);
}

/** The wait that Carillon's own errors carry; undefined where user code made one without. */
function delayOf(error: CarillonError): number | undefined {
  const delayMs = fieldOf(fieldOf(error, "details"), "delayMs");
  return typeof delayMs === "number" && delayMs >= 0 && delayMs <= DURATION_MAX_MS ? delayMs : undefined;
}

function failureTransition(
  input: RunTransitionInput,
  outcome: "error" | "timedOut",
  error: unknown,
): MaybePromise<JobTransition> {
  const { settings, job, retryIf } = input;
  const failure = () => failed(outcome, storedError(error), settings);
  const isFinal = isTooLarge(error) || (!input.result.ok && input.result.isFinal);
  if (job.attempt >= settings.retry.maxAttempts || isFinal) return failure();
  const again = (delayMs: number) => ({ to: "retry", delayMs, error: storedError(error), outcome }) as const;
  // A job that throws RetryAfter wants another attempt, also where its wait could not be read.
  if (isCarillonError(error, "jobRetryAfter")) return again(delayOf(error) ?? waitMs(input, error));
  const worth = retryIf === undefined || worthRetry(retryIf, error, input);
  if (worth instanceof Promise) return worth.then((is) => is ? again(waitMs(input, error)) : failure());
  return worth ? again(waitMs(input, error)) : failure();
}

/** A result that is too large once is so again. */
function isTooLarge(error: unknown): boolean {
  return isCarillonError(error, "serializationFailed") && fieldOf(error.details, "tooLarge") === true;
}

/** Returns what `retryIf` says; where it fails, an error is worth another attempt. */
function worthRetry(
  retryIf: (error: unknown) => unknown,
  error: unknown,
  { warn }: RunTransitionInput,
): MaybePromise<boolean> {
  const isWorth = (thrown: unknown) => {
    warn?.("retryIf", thrown);
    return true;
  };
  try {
    const is = retryIf(error);
    return isPromiseLike(is) ? Promise.resolve(is).then(Boolean).catch(isWorth) : Boolean(is);
  } catch (thrown) {
    return isWorth(thrown);
  }
}

/** The wait before the next attempt; by the growth of the settings where the task's own function fails. */
function waitMs(
  { settings: { retry }, job: { attempt }, backoff, warn, random }: RunTransitionInput,
  error: unknown,
) {
  // The function is the task's; a back-off set by a job, its schedule or `configureTask` wins over it.
  if (backoff !== undefined && retry.backoff.kind === "custom") {
    let wait: unknown;
    try {
      wait = backoff(attempt, error);
      return durationMs(wait as DurationInput, "backoff");
    } catch (thrown) {
      disregard(wait);
      warn?.("retry.backoff", thrown);
    }
  }
  return backoffMs(retry.backoff, attempt, random);
}

/** The error of a run that timed out: its function ended when its signal was aborted, or had to be ended. */
function timeoutError({ message }: AbortCause, { terminated = false }: RunTransitionInput): CarillonError {
  const how = terminated ? "terminated, as it ignored its signal" : "ended by its abort signal";
  const endedBy = terminated ? "terminate" : "abort";
  return new CarillonError("jobTimedOut", `${message}, and was ${how}`, { details: { endedBy } });
}

function cancelError({ message }: AbortCause, { terminated = false }: RunTransitionInput): StoredError {
  return { name: "Cancelled", message, details: { endedBy: terminated ? "terminate" : "abort" } };
}

function failed(outcome: JobOutcome, error: StoredError, settings: RunSettings): JobTransition {
  return { to: "finished", outcome, value: null, error, keepMs: settings.retention.otherMs };
}
