import type { JobOutcome } from "../model/states.ts";
import type { CurrentJob, JobLog } from "./task_context.ts";

/** What became of a job that has finally failed. */
export type FailedOutcome = Exclude<JobOutcome, "success" | "cancelled">;

/** A job that has finally failed, as its task's `onFailure` is told. */
export interface JobFailure<Input = unknown> {
  /** Facts about the job; `attempt` is its last. */
  readonly job: CurrentJob;
  /** What became of it. */
  readonly outcome: FailedOutcome;
  /** What it failed with: the very error where the job ran in this process, else what was stored of it. */
  readonly error: Error;
  /** The job's input; undefined also when it cannot be read, or no longer fits the task's schema. */
  readonly input: Input | undefined;
}

/** What `onFailure` can use, beside `currentScheduler()`. */
export interface FailureContext {
  /** The job's own log. */
  readonly log: JobLog;
}

/** A task's `onFailure`, whatever its input. */
export type FailureHook = (failure: JobFailure, context: FailureContext) => unknown;
