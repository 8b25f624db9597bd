import type { AttemptRecord, LogBatch, StoredLogLine } from "../model/job_history.ts";

/** What is remembered of jobs' runs. It goes when the job does. */
export interface JobHistoryStore {
  /**
   * The attempts of a job, oldest first, the one that runs included; undefined when there is no such job. Attempts
   * are written by the steps that end them: `endJobs` and `takeOver` when the job goes on, `retryJobs` for the
   * one that had finished it. The newest `ATTEMPTS_MAX` before the current one are kept.
   */
  getAttempts(jobId: string): Promise<readonly AttemptRecord[] | undefined>;
  /**
   * Adds lines to jobs' logs, each line of a run once, in order; jobs that are gone are passed over. The newest lines
   * of a job that fit `LOG_LINES_MAX` and `LOG_BYTES_MAX` are kept (`keptLogLines`).
   */
  putLogs(batches: readonly LogBatch[]): Promise<void>;
  /** The log of a job, oldest line first; undefined when there is no such job. */
  getLogs(jobId: string): Promise<readonly StoredLogLine[] | undefined>;
}
