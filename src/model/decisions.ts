/**
 * The rules that every store obeys, as pure functions. The memory store calls them; the SQL restates them, and
 * a randomised test holds the two together.
 */
import type { JobRecord, JobTransition } from "./job_record.ts";
import type { RunSettings, StoredBackoff } from "./settings.ts";
import type { JobState, OverlapPolicy } from "./states.ts";

/** Whether a stored `scheduled` job has become `ready`: `runAt` means not before. */
export function isDue(runAtMs: number, nowMs: number): boolean {
  return runAtMs <= nowMs;
}

/** Whether a waiting job's start deadline has passed. Only the first attempt has one. */
export function deadlineMissed(
  job: Pick<JobRecord, "startDeadlineMs" | "attempt">,
  nowMs: number,
): boolean {
  return job.startDeadlineMs !== null && job.attempt === 0 && job.startDeadlineMs < nowMs;
}

/** How many more jobs may run beside `running` ones; Infinity where there is no limit. */
export function slotsLeft(limit: number | null, running: number): number {
  return limit === null ? Infinity : Math.max(0, limit - running);
}

/** How many jobs of one schedule may run at once, from its overlap policy and its own limit. */
export function scheduleLimit(overlap: OverlapPolicy, maxRunningJobs: number | null): number | null {
  return overlap === "queueOne" || overlap === "queue" ? 1 : maxRunningJobs;
}

/** The order in which jobs are taken: higher priority, earlier `runAt`, earlier added. */
export function claimOrder(
  a: Pick<JobRecord, "priority" | "runAtMs" | "seq">,
  b: Pick<JobRecord, "priority" | "runAtMs" | "seq">,
): number {
  return b.priority - a.priority || a.runAtMs - b.runAtMs || a.seq - b.seq;
}

/** What a waiting job's surroundings say about it. */
export interface JobSurroundings {
  /** Whether a live scheduler knows the task. */
  readonly taskKnown: boolean;
  readonly taskPaused: boolean;
  /** Whether its task or its schedule runs as many jobs as it may. */
  readonly saturated: boolean;
}

/**
 * The state people see. Stores keep only what cannot be derived; that nobody knows the task, that it is paused
 * or that its slots are taken is read off the other rows at the moment of asking, so it can never be stale.
 */
export function presentedState(stored: JobState, surroundings: JobSurroundings): JobState {
  if (stored !== "ready" && stored !== "blocked") return stored;
  if (!surroundings.taskKnown) return "parked";
  return surroundings.taskPaused || surroundings.saturated ? "blocked" : "ready";
}

/** What an observer knows about another scheduler's lease. */
export interface LeaseObservation {
  readonly leaseUntilMs: number;
  readonly leaseMs: number;
  /** How long the observer has seen no beat, on its own monotonic clock; null when it could not watch. */
  readonly watchedMs: number | null;
}

/**
 * Whether a lease is over: the store's clock says so, and whoever could watch has watched for a whole lease
 * without a beat, so that a clock that jumps forward takes nobody's work.
 */
export function leaseIsOver(lease: LeaseObservation, nowMs: number): boolean {
  if (lease.leaseUntilMs >= nowMs) return false;
  return lease.watchedMs === null || lease.watchedMs >= lease.leaseMs;
}

/** What becomes of a running job whose scheduler is gone. */
export function lostLeaseTransition(
  job: Pick<JobRecord, "lostLeases" | "cancelRequested">,
  settings: Pick<RunSettings, "onLostLease" | "maxLostLeases" | "retention">,
): JobTransition {
  if (job.cancelRequested !== null) {
    return finishedWithoutValue("cancelled", job.cancelRequested, settings);
  }
  const retry = settings.onLostLease === "retry" && job.lostLeases + 1 < settings.maxLostLeases;
  if (retry) return { to: "handBack", lostLease: true };
  const times = job.lostLeases + 1;
  const reason = `its scheduler lost the lease while it ran (${times} ${times === 1 ? "time" : "times"})`;
  return finishedWithoutValue("abandoned", reason, settings);
}

function finishedWithoutValue(
  outcome: "cancelled" | "abandoned",
  message: string,
  settings: Pick<RunSettings, "retention">,
): JobTransition {
  const name = outcome === "cancelled" ? "Cancelled" : "Abandoned";
  return {
    to: "finished",
    outcome,
    value: null,
    error: { name, message },
    keepMs: settings.retention.otherMs,
  };
}

/** How long to wait before attempt `attempt + 1`; `random` is in [0, 1) and only ever adds. */
export function backoffMs(backoff: StoredBackoff, attempt: number, random: number): number {
  const growth = backoff.kind === "fixed" ? 1 : backoff.factor ** Math.max(0, attempt - 1);
  const waitMs = Math.min(backoff.capMs, backoff.baseMs * growth);
  return Math.round(waitMs * (1 + backoff.jitter * random));
}
