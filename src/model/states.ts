/**
 * Where a job stands. `scheduled`: its `runAt` is ahead, also between attempts. `blocked`: something holds it back
 * ({@linkcode BlockedBy}). `parked`: no live scheduler can run it.
 */
export type JobState = "scheduled" | "blocked" | "ready" | "running" | "parked" | "finished";

/**
 * What holds a blocked job back: `parents` that are not finished, a `pause` of its task, or a limit of its `task`, its
 * `schedule`, its concurrency `key` or its `rate`. Only `parents` is stored: all else can be derived, at the moment of
 * asking (`displayState`).
 */
export type BlockedBy = "parents" | "pause" | "task" | "schedule" | "key" | "rate";

/** What becomes of a job when one of its parents does not succeed: it is cancelled too, or runs all the same. */
export type ParentFailurePolicy = "cascade" | "continue";

/** What became of a finished job. */
export type JobOutcome =
  | "success"
  | "error"
  | "timedOut"
  | "cancelled"
  | "missedStartDeadline"
  | "abandoned";

/** Whether a schedule fires: `finished` has no fire left, `failed` has a trigger that threw or cannot be read. */
export type ScheduleStatus = (typeof scheduleStatuses)[number];

/** All statuses of a schedule. */
export const scheduleStatuses = ["active", "finished", "failed"] as const;

/** What a scheduler does: process schedules, run jobs, both, or neither (it only adds and reads). */
export type SchedulerRole = "scheduler" | "worker" | "both" | "client";

/** Which of the fires owed at once become jobs. */
export type CoalescePolicy = "latest" | "earliest" | "all";

/** What happens to a fire while the schedule's previous job is not finished. */
export type OverlapPolicy = "queueOne" | "queue" | "skip" | "cancelPrevious" | "allow";

/** What `addSchedule` does when the id is taken. */
export type ConflictPolicy = "replace" | "doNothing" | "exception";

/** What becomes of a running job whose scheduler lost its lease. */
export type LostLeasePolicy = "retry" | "abandon";

/** All job states, in the order a job goes through them. */
export const jobStates: readonly JobState[] = [
  "scheduled",
  "blocked",
  "ready",
  "running",
  "parked",
  "finished",
];

/** The states of jobs that are not finished. */
export const unfinishedStates: readonly JobState[] = jobStates.filter((state) => state !== "finished");

/** The states of jobs that are neither running nor finished. */
export const pendingStates: readonly JobState[] = unfinishedStates.filter((state) => state !== "running");

/** All that can hold a job back, in the order in which it is looked for. */
export const blockedByWords: readonly BlockedBy[] = ["parents", "pause", "task", "schedule", "key", "rate"];

/** What can become of a job when a parent does not succeed. */
export const parentFailurePolicies: readonly ParentFailurePolicy[] = ["cascade", "continue"];

/** All outcomes of a finished job. */
export const jobOutcomes: readonly JobOutcome[] = [
  "success",
  "error",
  "timedOut",
  "cancelled",
  "missedStartDeadline",
  "abandoned",
];

/** The outcomes that count as failed: neither what was wanted nor what somebody asked for. */
export const failures: readonly JobOutcome[] = ["error", "timedOut", "missedStartDeadline", "abandoned"];

/** Whether an outcome counts as failed. */
export function isFailure(outcome: JobOutcome | null): boolean {
  return outcome !== null && failures.includes(outcome);
}
