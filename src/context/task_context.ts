import type { JobTransaction } from "../model/job_transaction.ts";
import type { Metadata } from "../model/payload.ts";
import type { ParentResult } from "./parent_result.ts";

/** What a task's function knows about the job it runs for. */
export interface CurrentJob {
  /** The job's id. */
  readonly id: string;
  /** Name of its task. */
  readonly taskName: string;
  /** 1 at the first attempt; a lost lease or a hand-back uses none. */
  readonly attempt: number;
  /** Id of the schedule it comes from; null when it was added directly. */
  readonly scheduleId: string | null;
  /** The fire time it stands for; undefined for manual runs and jobs added directly. */
  readonly scheduledFireTime: Temporal.Instant | undefined;
  /** Not before this instant it was to run. */
  readonly runAt: Temporal.Instant;
  /** What was attached to the job. */
  readonly metadata: Metadata;
  /** What became of the jobs it waited for, in the order of `after`; those that were removed are left out. */
  readonly parents: readonly ParentResult[];
}

/**
 * A job's own log: its lines become events, are kept with the job, and go to the scheduler's logger with the job's id.
 */
export interface JobLog {
  /** What helps to find an error. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What the job does. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What went wrong and was dealt with. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What went wrong and needs somebody. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** How far a job is: a fraction from 0 to 1, or so many of so many. */
export type ProgressInput = number | { readonly done: number; readonly total: number };

/** Tells how far a job is; cheap enough to call in a loop. */
export type ReportProgress = (progress: ProgressInput, message?: string) => void;

/**
 * Completes the job, with what it returned, within a transaction of yours on the database of its store: your writes and
 * the job's success are committed together, or neither is. When the transaction is rolled back, the job goes on as if
 * nothing had been said; once it is committed, the job is finished, whatever its function still does.
 *
 * Throws `leaseLost` when another scheduler may run the job by now: let the transaction roll back. Throws
 * `invalidOption` for what is no transaction of that database, `invalidOutput` for a value that does not fit,
 * `invalidState` the second time and outside of the scheduler's own process.
 */
export type CompleteIn = (transaction: JobTransaction, value?: unknown) => Promise<void>;

/** What a running job can use, beside the facts about it. */
export interface JobTools {
  /** Aborted when the job is to stop: time out, cancellation, a lost lease, a scheduler that stops. */
  readonly signal: AbortSignal;
  /** The job's own log. */
  readonly log: JobLog;
  /** Tells how far the job is. */
  readonly progress: ReportProgress;
  /** Completes the job within a transaction of yours. */
  readonly completeIn: CompleteIn;
}

/**
 * The second argument of every task function.
 *
 * @example
 * ```ts
 * import { task } from "carillon";
 *
 * const copyAll = task({
 *   name: "copyAll",
 *   async run(_input, { signal, log, progress, job }) {
 *     log.info("started", { attempt: job.attempt });
 *     for (let done = 0; done < 10 && !signal.aborted; done++) {
 *       await Promise.resolve();
 *       progress({ done, total: 10 });
 *     }
 *   },
 * });
 * console.assert(copyAll.name === "copyAll");
 * ```
 */
export interface TaskContext extends JobTools {
  /** Facts about the job. */
  readonly job: CurrentJob;
}

/** What `currentJob()` answers: the facts about the job, and what it can use. */
export interface RunningJob extends CurrentJob, JobTools {}
