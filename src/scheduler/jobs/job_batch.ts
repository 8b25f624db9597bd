import type { JobOutcome } from "../../model/states.ts";
import type { JobCounts } from "../../stores/job_store.ts";
import type { JobHandle, WaitOptions } from "./handles.ts";
import type { JobRequest } from "./job_request.ts";
import type { JobResult } from "../views/job.ts";

/** What can be said about a batch. */
export interface JobBatchOptions {
  /** Its id: adding the same batch again adds nothing. @default a generated, time-ordered one */
  readonly id?: string;
  /** A job that runs once all jobs of the batch are over, however they ended, and gets their results. @default none */
  readonly onComplete?: JobRequest;
  /** Alias of the store, where the scheduler has several. @default "main" */
  readonly store?: string;
}

/** How far a batch is. */
export interface JobBatchStatus {
  readonly id: string;
  /** How many jobs it has; fewer once some of them are removed, or their retention is over. */
  readonly total: number;
  /** Whether all of them are finished. */
  readonly isComplete: boolean;
  readonly states: JobCounts;
  /** How many of the finished ones ended how. */
  readonly outcomes: Readonly<Record<JobOutcome, number>>;
}

/** Jobs that were added together: to look at, to wait for, to cancel. */
export interface JobBatch<Jobs extends readonly JobHandle[] = readonly JobHandle[]> {
  /** The batch's id. */
  readonly id: string;
  /** Its jobs, in the order given. */
  readonly jobs: Jobs;
  /** The job that runs when all of them are over; undefined where none was asked for. */
  readonly completion: JobHandle | undefined;
  /** How far it is now. */
  status(): Promise<JobBatchStatus>;
  /** Waits until all of its jobs are finished and answers what became of each, in the order given. */
  results(options?: WaitOptions): Promise<JobResult[]>;
  /** Cancels those that are not finished; answers how many there were. What completes the batch runs all the same. */
  cancel(reason?: string): Promise<number>;
}
