import { CarillonError, isCarillonError, messageOf } from "../../errors.ts";
import { lostLeaseTransition } from "../../model/decisions.ts";
import type { JobRecord, JobTransition, StoredError } from "../../model/job_record.ts";
import { backoffMs } from "../../model/retry_options.ts";
import type { RunSettings } from "../../model/settings.ts";
import type { JobOutcome } from "../../model/states.ts";
import { storedError } from "../../model/stored_error.ts";
import type { AbortCause } from "./job_run.ts";

/** The way in which a task's function ended. */
export type RunResult =
  | { readonly ok: true; readonly payload: string | null; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** The facts that decide how a job continues after a run. */
export interface RunTransitionInput {
  readonly result: RunResult;
  readonly cause: AbortCause | undefined;
  /** True if its executor had to end it, as it ignored its signal. @default false */
  readonly terminated?: boolean;
  readonly job: Pick<JobRecord, "attempt" | "lostLeases" | "cancelRequested">;
  readonly settings: RunSettings;
  /** Returns true if an error is worth another attempt; by default every one is. */
  readonly retryIf?: ((error: unknown) => boolean) | undefined;
  /** Returns the wait before the next attempt, for tasks that compute it. */
  readonly customBackoffMs?: ((attempt: number, error: unknown) => number) | undefined;
  /** In [0, 1). */
  readonly random: number;
}

/** Returns the transition of a job whose run has ended. */
export function runTransition(input: RunTransitionInput): JobTransition {
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
  if (isCarillonError(error, "jobSnoozed")) {
    return { to: "snooze", delayMs: Number(error.details["delayMs"]) };
  }
  if (!isCarillonError(error, "jobCancelledItself")) return undefined;
  return failed("cancelled", { name: "Cancelled", message: error.message }, settings);
}

function failureTransition(
  input: RunTransitionInput,
  outcome: "error" | "timedOut",
  error: unknown,
): JobTransition {
  return retryTransition(input, outcome, error) ?? failed(outcome, storedError(error), input.settings);
}

function retryTransition(
  input: RunTransitionInput,
  outcome: "error" | "timedOut",
  error: unknown,
): JobTransition | undefined {
  const { settings, retryIf, customBackoffMs, random } = input;
  const { attempt } = input.job;
  if (attempt >= settings.retry.maxAttempts) return undefined;
  if (isCarillonError(error, "jobRetryAfter") && "delayMs" in error.details) {
    return { to: "retry", delayMs: Number(error.details["delayMs"]), error: storedError(error), outcome };
  }
  try {
    // A job that throws RetryAfter wants another attempt, also where its wait could not be read.
    if (retryIf && !isCarillonError(error, "jobRetryAfter") && !retryIf(error)) return undefined;
    // The function is the task's; a back-off set by a job, its schedule or `configureTask` wins over it.
    const custom = settings.retry.backoff.kind === "custom" ? customBackoffMs : undefined;
    const delayMs = custom?.(attempt, error) ?? backoffMs(settings.retry.backoff, attempt, random);
    return { to: "retry", delayMs, error: storedError(error), outcome };
  } catch (thrown) {
    // The task's own retry functions failed: the error of the run counts, and names that failure.
    const message = `${messageOf(error)} (and deciding about a retry failed: ${messageOf(thrown)})`;
    return failed("error", storedError(new Error(message, { cause: error })), settings);
  }
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
