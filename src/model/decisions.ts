/**
 * The rules that every store obeys, as pure functions. The memory store calls them; the SQL restates them, and
 * a randomised test holds the two together.
 */
import type { JobIdentity } from "./identity_options.ts";
import type { StoredConcurrency, StoredRate } from "./limit_options.ts";
import type { JobEnding, JobFence, JobRecord, JobTransition } from "./job_record.ts";
import { defaultRunSettings, type RunSettings } from "./settings.ts";
import type { BlockedBy, JobOutcome, OverlapPolicy } from "./states.ts";
import type { TaskRecord, TaskVersion } from "./task_record.ts";

/** True if a stored `scheduled` job has become `ready`: `runAt` means not before. */
export function isDue(runAtMs: number, nowMs: number): boolean {
  return runAtMs <= nowMs;
}

/** True if a waiting job's start deadline has passed. Only the first attempt has one. */
export function deadlineMissed(
  job: Pick<JobRecord, "startDeadlineMs" | "attempt">,
  nowMs: number,
): boolean {
  return job.startDeadlineMs !== null && job.attempt === 0 && job.startDeadlineMs < nowMs;
}

/** Number of jobs that may run beside `running` ones; Infinity where there is no limit. */
export function slotsLeft(limit: number | null, running: number): number {
  return limit === null ? Infinity : Math.max(0, limit - running);
}

/**
 * The limit of a task's jobs that run at once: what was set at run time, else what its code says, else the default. For a
 * batch task both count calls, each of which may take so many jobs.
 */
export function taskLimit(task: Pick<TaskRecord, "settings" | "overrides"> | undefined): number | null {
  if (task === undefined) return defaultRunSettings.maxRunningJobs;
  const set = task.overrides.maxRunningJobs;
  const limit = set === undefined ? task.settings.maxRunningJobs : set;
  return limit === null ? null : limit * (task.settings.batchSize ?? 1);
}

/**
 * The limit of one schedule's jobs that run at once, from its overlap policy and its own limit. Under `skip` too: a job
 * that was parked and is taken up again waits for the one that fired meanwhile.
 */
export function scheduleLimit(overlap: OverlapPolicy, maxRunningJobs: number | null): number | null {
  return overlap === "queueOne" || overlap === "queue" || overlap === "skip" ? 1 : maxRunningJobs;
}

/** True if a job keeps the next one of its schedule waiting: a parked one holds nothing. */
export function holdsSchedule({ state }: Pick<JobRecord, "state">): boolean {
  return state !== "finished" && state !== "parked";
}

/** The limit of a task's jobs with the same key: what was set at run time, else what its code says. */
export function keyLimit(
  task: Pick<TaskRecord, "settings" | "overrides"> | undefined,
): StoredConcurrency | null {
  const set = task?.overrides.concurrency;
  return set === undefined ? task?.settings.concurrency ?? null : set;
}

/**
 * Number of jobs with one key that may run beside `running` ones, asked for one of them; `isFirst`: no job with the key
 * that was added before it is unfinished.
 */
export function keySlotsLeft(limit: StoredConcurrency | null, running: number, isFirst: boolean): number {
  if (limit === null) return Infinity;
  if (!limit.fifo) return slotsLeft(limit.max, running);
  return isFirst ? slotsLeft(1, running) : 0;
}

/** The limit of a task's jobs that start in a time: what was set at run time, else what its code says. */
export function rateLimit(
  task: Pick<TaskRecord, "settings" | "overrides"> | undefined,
): StoredRate | null {
  const set = task?.overrides.rateLimit;
  const own = task?.settings.rateLimit ?? null;
  // Whether starts count by key is known to the code alone, which gives the keys.
  return set ? { ...set, keyed: own?.keyed ?? false } : set === null ? null : own;
}

/** The key that a job's start counts for under a rate: a key, the empty text for all jobs of its task, null for nothing. */
export function countsFor(rate: StoredRate | null, job: Pick<JobRecord, "rateKey">): string | null {
  if (rate === null) return null;
  return rate.keyed ? job.rateKey : "";
}

/** True if what a scheduler offers covers what a job demands. */
export function coversTags(offered: readonly string[], demanded: readonly string[]): boolean {
  return demanded.every((tag) => offered.includes(tag));
}

/** The fields that decide the order of jobs. */
export type ClaimPlace = Pick<JobRecord, "priority" | "ageingMs" | "runAtMs" | "seq">;

/**
 * Where a job stands among jobs with the same ageing, lower first. As each of them gains at the same pace while it waits,
 * this never changes, and can be an index.
 */
export function claimRank({ priority, ageingMs, runAtMs }: Omit<ClaimPlace, "seq">): number {
  return ageingMs === null ? -priority : runAtMs - priority * ageingMs;
}

/** A waiting job's priority at an instant: its own, and one more for each `ageingMs` that it has waited. */
export function agedPriority(job: Omit<ClaimPlace, "seq">, nowMs: number): number {
  return job.ageingMs === null ? job.priority : (nowMs - claimRank(job)) / job.ageingMs;
}

/** The order in which jobs are taken at an instant: higher priority with age, earlier `runAt`, earlier added. */
export function claimOrderAt(nowMs: number): (a: ClaimPlace, b: ClaimPlace) => number {
  return (a, b) => agedPriority(b, nowMs) - agedPriority(a, nowMs) || a.runAtMs - b.runAtMs || a.seq - b.seq;
}

/** The same order for jobs with the same ageing, among which it is the same at every instant. */
export function rankOrder(a: ClaimPlace, b: ClaimPlace): number {
  return claimRank(a) - claimRank(b) || a.runAtMs - b.runAtMs || a.seq - b.seq;
}

/** True if code of this version can run a job. */
export function runsVersion(code: TaskVersion, job: Pick<JobRecord, "taskName" | "taskVersion">): boolean {
  return code.name === job.taskName && code.version >= job.taskVersion;
}

/** The surroundings of a pending job. */
export interface JobSurroundings {
  /** True if a live scheduler knows its task, in its version, and offers its tags. */
  readonly served: boolean;
  /** The reason that it cannot be taken, `parents` apart. */
  readonly heldBy: Exclude<BlockedBy, "parents"> | null;
}

/** A job's state with what holds it back. */
export type JobStanding = Pick<JobRecord, "state" | "blockedBy">;

/**
 * The state people see. Stores keep only what cannot be derived; that no scheduler can run the job, that its task is
 * paused or that its slots are taken is read off the other rows at the moment of asking, so it can never be stale.
 */
export function displayState(stored: JobStanding, { served, heldBy }: JobSurroundings): JobStanding {
  if (stored.blockedBy !== null || (stored.state !== "ready" && stored.state !== "blocked")) return stored;
  if (!served) return { state: "parked", blockedBy: null };
  return { state: heldBy === null ? "ready" : "blocked", blockedBy: heldBy };
}

/** An observation of another scheduler's lease. */
export interface LeaseObservation {
  readonly leaseUntilMs: number;
  readonly leaseMs: number;
  /** The time for which the observer has seen no beat, on its own monotonic clock; null when it could not watch. */
  readonly watchedMs: number | null;
}

/**
 * True if a lease has expired: the store's clock says so, and an observer that could watch has watched for a whole lease
 * without a beat, so that a clock that jumps forward takes no scheduler's work. One that ends later than a whole lease from
 * now was given before the clock was set back: there the watch alone decides.
 */
export function leaseIsOver({ leaseUntilMs, leaseMs, watchedMs }: LeaseObservation, nowMs: number): boolean {
  if (leaseUntilMs > nowMs + leaseMs) return watchedMs !== null && watchedMs >= leaseMs;
  if (leaseUntilMs >= nowMs) return false;
  return watchedMs === null || watchedMs >= leaseMs;
}

/** The end of a run whose scheduler is gone. */
export function lostLeaseTransition(
  job: Pick<JobRecord, "lostLeases" | "cancelRequested">,
  settings: Pick<RunSettings, "onLostLease" | "maxLostLeases" | "retention">,
  why = "its scheduler lost the lease while it ran",
): JobTransition {
  const keepMs = settings.retention.otherMs;
  if (job.cancelRequested !== null) return endedAs("cancelled", job.cancelRequested, keepMs);
  const retry = settings.onLostLease === "retry" && job.lostLeases + 1 < settings.maxLostLeases;
  if (retry) return { to: "handBack", lostLease: true };
  const times = job.lostLeases + 1;
  const reason = `${why} (${times} ${times === 1 ? "time" : "times"})`;
  return endedAs("abandoned", reason, keepMs);
}

/** The end of a waiting job whose start deadline has passed. */
export function missedDeadlineTransition(settings: Pick<RunSettings, "retention">): JobTransition {
  return endedAs(
    "missedStartDeadline",
    "it was not started by its start deadline",
    settings.retention.otherMs,
  );
}

/**
 * The transition that really applies when an owner ends a run: one that was asked to stop in the meantime is not tried
 * again, handed back or parked; it ends as cancelled.
 */
export function effectiveTransition(
  job: Pick<JobRecord, "cancelRequested">,
  transition: JobTransition,
  settings: Pick<RunSettings, "retention">,
): JobTransition {
  if (transition.to === "finished" || job.cancelRequested === null) return transition;
  return endedAs("cancelled", job.cancelRequested, settings.retention.otherMs);
}

/**
 * True if a run's end that no longer finds its run was written before: the same claim ended with the same
 * outcome. So a call that is repeated because its answer was lost gets the true result.
 */
export function endedBefore(job: JobRecord, ending: JobEnding): boolean {
  const { fence, transition } = ending;
  return job.state === "finished" && transition.to === "finished" && job.outcome === transition.outcome &&
    job.owner === fence.incarnation && job.claimNumber === fence.claimNumber;
}

/** True if a run may still be written about: its owner and the number of its claim are those of the fence. */
export function fenceHolds(
  job: Pick<JobRecord, "state" | "owner" | "claimNumber">,
  fence: JobFence,
): boolean {
  return job.state === "running" && job.owner === fence.incarnation && job.claimNumber === fence.claimNumber;
}

/** The end of a job that has no value to show: its error has the reason. */
export function endedAs(
  outcome: Extract<JobOutcome, "cancelled" | "abandoned" | "missedStartDeadline">,
  message: string,
  keepMs: number | null,
): JobTransition {
  return { to: "finished", outcome, value: null, error: { name: errorNames[outcome], message }, keepMs };
}

const errorNames = {
  cancelled: "Cancelled",
  abandoned: "Abandoned",
  missedStartDeadline: "MissedStartDeadline",
} as const;

/** True if a job that is there, of the same task and key, stands for a new one. */
export function matchesIdentity(job: JobRecord, identity: JobIdentity, nowMs: number): boolean {
  return identity.states.includes(job.state) &&
    (identity.periodMs === null || job.createdAtMs > nowMs - identity.periodMs) &&
    (identity.replace === null || (job.claimNumber === 0 && job.state !== "finished"));
}
