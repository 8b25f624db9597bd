/** Where a job stands. `scheduled`: its `runAt` is ahead, also between attempts. `blocked`: waits for a slot or a pause. */
export type JobState = "scheduled" | "blocked" | "ready" | "running" | "parked" | "finished";

/** The states that stores keep: those people see, and `waiting` (for its parents), which people see as `blocked`. */
export type StoredJobState = JobState | "waiting";

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

/** All states that stores keep. */
export const storedJobStates: readonly StoredJobState[] = [...jobStates, "waiting"];

/** What can become of a job when a parent does not succeed. */
export const parentFailurePolicies: readonly ParentFailurePolicy[] = ["cascade", "continue"];

/** The state people see where only the stored one is at hand. */
export function seenState(stored: StoredJobState): JobState {
  return stored === "waiting" ? "blocked" : stored;
}

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
