/** Where a job stands. `scheduled`: its `runAt` is ahead, also between attempts. `blocked`: waits for a slot or a pause. */
export type JobState = "scheduled" | "blocked" | "ready" | "running" | "parked" | "finished";

/** What became of a finished job. */
export type JobOutcome =
  | "success"
  | "error"
  | "timedOut"
  | "cancelled"
  | "missedStartDeadline"
  | "abandoned";

/** Whether a schedule fires: `finished` has no fire left, `failed` has a trigger that threw or cannot be read. */
export type ScheduleStatus = "active" | "finished" | "failed";

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
