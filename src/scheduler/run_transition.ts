import { CarillonError, messageOf } from "../errors.ts";
import { backoffMs, lostLeaseTransition } from "../model/decisions.ts";
import type { JobRecord, JobTransition, StoredError } from "../model/job_record.ts";
import type { RunSettings } from "../model/settings.ts";
import type { JobOutcome } from "../model/states.ts";
import type { AbortCause } from "./run_table.ts";

/** How a task's function ended. */
export type RunResult = { readonly ok: true; readonly payload: string | null } | {
  readonly ok: false;
  readonly error: unknown;
};

/** What decides what becomes of a run. */
export interface RunTransitionInput {
  readonly result: RunResult;
  readonly cause: AbortCause | undefined;
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
  if (result.ok && cause?.kind !== "timeout") {
    const keepMs = settings.retention.successMs;
    return { to: "finished", outcome: "success", value: result.payload, error: null, keepMs };
  }
  if (cause?.kind === "cancelled") return failed("cancelled", cause.message, settings);
  if (cause?.kind === "stopping") return { to: "handBack", lostLease: false };
  const outcome = cause?.kind === "timeout" ? "timedOut" : "error";
  const error = cause?.kind === "timeout"
    ? new CarillonError("jobTimedOut", cause.message)
    : (result as { readonly error: unknown }).error;
  return retryTransition(input, error) ?? failed(outcome, error, settings);
}

function retryTransition(input: RunTransitionInput, error: unknown): JobTransition | undefined {
  const { settings, retryIf, customBackoffMs, random } = input;
  const { attempt } = input.job;
  if (attempt >= settings.retry.maxAttempts) return undefined;
  try {
    if (retryIf && !retryIf(error)) return undefined;
    // The function is the task's; what a job, its schedule or `configureTask` says about waiting wins over it.
    const custom = settings.retry.backoff.kind === "custom" ? customBackoffMs : undefined;
    const delayMs = custom?.(attempt, error) ?? backoffMs(settings.retry.backoff, attempt, random);
    return { to: "retry", delayMs, error: storedError(error) };
  } catch (thrown) {
    // The task's own retry functions failed: its error counts, and it says what else went wrong.
    const message = `${messageOf(error)} (and deciding about a retry failed: ${messageOf(thrown)})`;
    return failed("error", new Error(message, { cause: error }), settings);
  }
}

function failed(outcome: JobOutcome, error: unknown, settings: RunSettings): JobTransition {
  const stored = typeof error === "string"
    ? { name: outcome === "cancelled" ? "Cancelled" : "Error", message: error }
    : storedError(error);
  return { to: "finished", outcome, value: null, error: stored, keepMs: settings.retention.otherMs };
}

/** How much of a message and of a stack is kept. */
const MESSAGE_MAX = 4000;
const STACK_MAX = 16_000;
const CAUSES_MAX = 5;

/** What is stored of an error: name, message, stack and causes, each within bounds. */
export function storedError(error: unknown, depth = 0): StoredError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: clip(describeThrown(error), MESSAGE_MAX) };
  }
  const code = (error as { readonly code?: unknown }).code;
  return {
    name: error.name,
    message: clip(error.message, MESSAGE_MAX),
    ...(error.stack === undefined ? {} : { stack: clip(error.stack, STACK_MAX) }),
    ...(typeof code === "string" ? { code } : {}),
    ...(error.cause === undefined || depth >= CAUSES_MAX
      ? {}
      : { cause: storedError(error.cause, depth + 1) }),
  };
}

function describeThrown(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return `thrown: ${JSON.stringify(value) ?? String(value)}`;
  } catch {
    return `thrown: ${String(value)}`;
  }
}

function clip(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}
