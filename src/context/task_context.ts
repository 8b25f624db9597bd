import type { StoredError } from "../model/job_record.ts";
import type { JobTransaction } from "../model/job_transaction.ts";
import type { Metadata } from "../model/payload.ts";
import type { JobOutcome } from "../model/states.ts";

/** The facts about the running job. */
export interface CurrentJob {
  /** The job's id. */
  readonly id: string;
  /** Name of its task. */
  readonly taskName: string;
  /** 1 at the first attempt; a lost lease or a hand-back uses none. */
  readonly attempt: number;
  /** Id of the schedule it comes from; null when it was added directly. */
  readonly scheduleId: string | null;
  /** The fire time it was added for; undefined for manual runs and jobs added directly. */
  readonly scheduledFireTime: Temporal.Instant | undefined;
  /** The instant before which it was not to run. */
  readonly runAt: Temporal.Instant;
  /** The metadata of the job. */
  readonly metadata: Metadata;
  /** The results of the jobs it waited for, in the order of `after`; those that were removed are left out. */
  readonly parents: readonly ParentResult[];
}

/**
 * A job's own log: its lines become events, are kept with the job, and go to the scheduler's logger with the job's
 * id.
 */
export interface JobLog {
  /** Details that help to find an error. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Normal progress of the job. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A problem that was dealt with. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A problem that needs attention. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** The progress of a job: a fraction from 0 to 1, or the done part of a total. */
export type ProgressInput = number | { readonly done: number; readonly total: number };

/** Reports the progress of a job; cheap enough to call in a loop. */
export type ReportProgress = (progress: ProgressInput, message?: string) => void;

/**
 * Completes the job, with this result, within a transaction of yours on the database of its store: your writes and
 * the job's success are committed together, or neither is. When the transaction is rolled back, the job continues as
 * if it had never been called; once it is committed, the job is finished, whatever its function still does.
 *
 * Throws `leaseLost` when another scheduler may already run the job: let the transaction roll back. Throws
 * `invalidOption` for what is no transaction of that database, `invalidOutput` for a value that does not fit,
 * `invalidState` the second time and outside of the scheduler's own process.
 */
export type CompleteIn = (transaction: JobTransaction, value?: unknown) => Promise<void>;

/** The tools of a running job, beside the facts about it. */
export interface JobTools {
  /** Aborted when the job is to stop: time out, cancellation, a lost lease, a scheduler that stops. */
  readonly signal: AbortSignal;
  /** The job's own log. */
  readonly log: JobLog;
  /** Reports the progress of the job. */
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

/** The value of `currentJob()`: the facts about the job, and its tools. */
export interface RunningJob extends CurrentJob, JobTools {}

/** The result of a job that the running one waited for. */
export type ParentResult<Output = unknown> =
  | ParentSuccess<Output>
  | ParentFailure;

/** A parent that succeeded. */
export interface ParentSuccess<Output = unknown> {
  readonly id: string;
  readonly taskName: string;
  readonly outcome: "success";
  /** Its result. */
  readonly value: Output;
  readonly error: undefined;
}

/** A parent that did not succeed; only where the job has `onParentFailure: "continue"`, or was retried by hand. */
export interface ParentFailure {
  readonly id: string;
  readonly taskName: string;
  readonly outcome: Exclude<JobOutcome, "success">;
  readonly value: undefined;
  /** Its stored error. */
  readonly error: StoredError | undefined;
}

/** A job as middleware sees it: the value of `currentJob()`, and the input that the function gets. */
export interface MiddlewareJob<Input = unknown> extends RunningJob {
  /** The checked input; the function gets this very value. */
  readonly input: Input;
}

/** One job of a batch: its facts and tools, and its input. */
export type BatchJob<Input = unknown> = MiddlewareJob<Input>;

/**
 * The second argument of a batch task's function, which runs for several jobs: `currentJob()` throws there.
 *
 * @example Leave out what was cancelled in the meantime
 * ```ts
 * import { Scheduler, task } from "carillon";
 * import { z } from "zod";
 *
 * const index = task({
 *   name: "index",
 *   batch: { size: 100 },
 *   input: z.string(),
 *   run: (pages, { jobs }) =>
 *     pages.map((page, i) => {
 *       jobs[i]?.log.info("indexing", { page });
 *       return jobs[i]?.signal.aborted ? new Error("no longer wanted") : page.length;
 *     }),
 * });
 * await using scheduler = new Scheduler({ tasks: [index] });
 * console.assert(await scheduler.runJob(index, "words") === 5);
 * ```
 */
export interface BatchContext<Input = unknown> {
  /** The jobs, in the order of the inputs: each with its own signal, log and progress. */
  readonly jobs: readonly BatchJob<Input>[];
  /** Aborted once all of them are to stop. */
  readonly signal: AbortSignal;
}
