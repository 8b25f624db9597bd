import type { JobOutcome } from "../model/states.ts";
import type { CurrentJob, JobLog } from "./task_context.ts";

/** The outcome of a job that has failed for good. */
export type FailedOutcome = Exclude<JobOutcome, "success" | "cancelled">;

/** A job that has failed for good, as its task's `onFailure` receives it. */
export interface JobFailure<Input = unknown> {
  /** Facts about the job; `attempt` is its last. */
  readonly job: CurrentJob;
  /** Its outcome. */
  readonly outcome: FailedOutcome;
  /** The error: the very object where the job ran in this process, otherwise the stored one, revived. */
  readonly error: Error;
  /** The job's input; undefined also when it cannot be read, or no longer fits the task's schema. */
  readonly input: Input | undefined;
}

/** The tools of `onFailure`, beside `currentScheduler()`. */
export interface FailureContext {
  /** The job's own log. */
  readonly log: JobLog;
}

/** A task's `onFailure`, whatever its input. */
export type FailureHook = (failure: JobFailure, context: FailureContext) => unknown;
