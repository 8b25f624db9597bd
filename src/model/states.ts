/** The closed lists of words that records are made of. Each list is the type, so that neither can miss a word. */

/**
 * All states of a job, in the order a job goes through them. `scheduled`: its `runAt` is ahead, also between attempts.
 * `blocked`: something holds it back ({@linkcode BlockedBy}). `parked`: no live scheduler can run it.
 */
export const jobStates = ["scheduled", "blocked", "ready", "running", "parked", "finished"] as const;

/** Where a job stands. */
export type JobState = (typeof jobStates)[number];

/** The states of jobs that are not finished. */
export const unfinishedStates: readonly JobState[] = jobStates.filter((state) => state !== "finished");

/** The states of jobs that are neither running nor finished. */
export const pendingStates: readonly JobState[] = unfinishedStates.filter((state) => state !== "running");

/**
 * All that can hold a blocked job back, in the order in which it is looked for: `parents` that are not finished, a
 * `pause` of its task, a limit of its `task`, its `schedule`, its concurrency `key` or its `rate`. Only `parents` is
 * stored: all else can be derived, at the moment of asking (`displayState`).
 */
export const blockedByWords = ["parents", "pause", "task", "schedule", "key", "rate"] as const;

/** The reason that a job is blocked. */
export type BlockedBy = (typeof blockedByWords)[number];

/** All that can become of a job when one of its parents does not succeed: it is cancelled too, or runs all the same. */
export const parentFailurePolicies = ["cascade", "continue"] as const;

/** A policy for a job of which a parent does not succeed. */
export type ParentFailurePolicy = (typeof parentFailurePolicies)[number];

/** All outcomes of a finished job. */
export const jobOutcomes = [
  "success",
  "error",
  "timedOut",
  "cancelled",
  "missedStartDeadline",
  "abandoned",
] as const;

/** The outcome of a finished job. */
export type JobOutcome = (typeof jobOutcomes)[number];

const countsAsFailed: Readonly<Record<JobOutcome, boolean>> = {
  success: false,
  error: true,
  timedOut: true,
  cancelled: false,
  missedStartDeadline: true,
  abandoned: true,
};

/** The outcomes that count as failed: neither the wanted one nor one that was asked for. */
export const failures: readonly JobOutcome[] = jobOutcomes.filter((outcome) => countsAsFailed[outcome]);

/** True if an outcome counts as failed. */
export function isFailure(outcome: JobOutcome | null): boolean {
  return outcome !== null && countsAsFailed[outcome];
}

/** All that a schedule can be: `finished` has no fire left, `failed` has a trigger that threw or cannot be read. */
export const scheduleStatuses = ["active", "finished", "failed"] as const;

/** The status of a schedule. */
export type ScheduleStatus = (typeof scheduleStatuses)[number];

/** All roles of a scheduler: it processes schedules, runs jobs, does both, or neither (it only adds and reads). */
export const schedulerRoles = ["scheduler", "worker", "both", "client"] as const;

/** The role of a scheduler. */
export type SchedulerRole = (typeof schedulerRoles)[number];

/** All coalesce policies. */
export const coalescePolicies = ["latest", "earliest", "all"] as const;

/** Which of the fires owed at once become jobs. */
export type CoalescePolicy = (typeof coalescePolicies)[number];

/** All overlap policies. */
export const overlapPolicies = ["queueOne", "queue", "skip", "cancelPrevious", "allow"] as const;

/** The policy for a fire while the schedule's previous job is not finished. */
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** All conflict policies. */
export const conflictPolicies = ["replace", "doNothing", "exception"] as const;

/** The policy of `addSchedule` for an id that is taken. */
export type ConflictPolicy = (typeof conflictPolicies)[number];

/** All lost-lease policies. */
export const lostLeasePolicies = ["retry", "abandon"] as const;

/** The policy for a running job whose scheduler lost its lease. */
export type LostLeasePolicy = (typeof lostLeasePolicies)[number];
