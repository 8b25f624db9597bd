import { CarillonError, isCarillonError, messageOf } from "../../errors.ts";
import { lostLeaseTransition } from "../../model/decisions.ts";
import type { JobRecord, JobTransition, StoredError } from "../../model/job_record.ts";
import { backoffMs } from "../../model/retry_options.ts";
import type { RunSettings } from "../../model/settings.ts";
import type { JobOutcome } from "../../model/states.ts";
import { storedError } from "../../model/stored_error.ts";
import type { AbortCause } from "./job_run.ts";

/** How a task's function ended. */
export type RunResult =
  | { readonly ok: true; readonly payload: string | null; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** What decides what becomes of a run. */
export interface RunTransitionInput {
  readonly result: RunResult;
  readonly cause: AbortCause | undefined;
  /** Whether its executor had to end it, as it ignored its signal. @default false */
  readonly terminated?: boolean;
  readonly job: Pick<JobRecord, "attempt" | "lostLeases" | "cancelRequested">;
  readonly settings: RunSettings;
  /** Whether this error is worth another attempt; always when absent. */
  readonly retryIf?: ((error: unknown) => boolean) | undefined;
  /** The wait before the next attempt where the task computes it. */
  readonly customBackoffMs?: ((attempt: number, error: unknown) => number) | undefined;
  /** In [0, 1). */
  readonly random: number;
}

/** What becomes of a run that has ended. */
export function runTransition(input: RunTransitionInput): JobTransition {
  const { result, cause, settings } = input;
  if (cause?.kind === "leaseLost") return lostLeaseTransition(input.job, settings);
  if (result.ok && cause?.kind !== "timeout") return successTransition(result.payload, settings);
  if (cause?.kind === "cancelled") return failed("cancelled", cancelError(cause, input), settings);
  const own = cause?.kind === "timeout" ? undefined : ownTransition(input);
  if (own !== undefined) return own;
  if (cause?.kind === "stopping") return { to: "handBack", lostLease: false };
  const outcome = cause?.kind === "timeout" ? "timedOut" : "error";
  const error = cause?.kind === "timeout"
    ? timeoutError(cause, input)
    : (result as { readonly error: unknown }).error;
  return retryTransition(input, outcome, error) ?? failed(outcome, storedError(error), settings);
}

/** What becomes of a run whose function returned, and that nobody told to stop. */
export function successTransition(value: string | null, { retention }: RunSettings): JobTransition {
  return { to: "finished", outcome: "success", value, error: null, keepMs: retention.successMs };
}

/** What the job said about itself from inside, which no retry can overrule. */
function ownTransition({ result, settings }: RunTransitionInput): JobTransition | undefined {
  if (result.ok) return undefined;
  const { error } = result;
  if (isCarillonError(error, "jobSnoozed")) {
    return { to: "snooze", delayMs: Number(error.details["delayMs"]) };
  }
  if (!isCarillonError(error, "jobCancelledItself")) return undefined;
  return failed("cancelled", { name: "Cancelled", message: error.message }, settings);
}

function retryTransition(
  input: RunTransitionInput,
  outcome: "error" | "timedOut",
  error: unknown,
): JobTransition | undefined {
  const { settings, retryIf, customBackoffMs, random } = input;
  const { attempt } = input.job;
  if (attempt >= settings.retry.maxAttempts) return undefined;
  if (isCarillonError(error, "jobRetryAfter")) {
    return { to: "retry", delayMs: Number(error.details["delayMs"]), error: storedError(error), outcome };
  }
  try {
    if (retryIf && !retryIf(error)) return undefined;
    // The function is the task's; what a job, its schedule or `configureTask` says about waiting wins over it.
    const custom = settings.retry.backoff.kind === "custom" ? customBackoffMs : undefined;
    const delayMs = custom?.(attempt, error) ?? backoffMs(settings.retry.backoff, attempt, random);
    return { to: "retry", delayMs, error: storedError(error), outcome };
  } catch (thrown) {
    // The task's own retry functions failed: its error counts, and it says what else went wrong.
    const message = `${messageOf(error)} (and deciding about a retry failed: ${messageOf(thrown)})`;
    return failed("error", storedError(new Error(message, { cause: error })), settings);
  }
}

/** Says which of the two it was: the function ended when its signal was aborted, or it had to be ended. */
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
