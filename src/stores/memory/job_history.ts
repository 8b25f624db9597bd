import type { AttemptRecord, LogBatch, StoredLogLine } from "../../model/job_history.ts";
import type { MemoryState } from "./memory_state.ts";

/** The attempts of a job. */
export function getAttempts(state: MemoryState, jobId: string): readonly AttemptRecord[] | undefined {
  const job = state.jobs.byId(jobId);
  return job && state.histories.attemptsOf(job);
}

/** Adds lines to the logs of jobs that are there. */
export function putLogs(state: MemoryState, batches: readonly LogBatch[]): void {
  for (const batch of batches) if (state.jobs.get(batch.jobSeq)) state.histories.addLines(batch);
}

/** The log of a job. */
export function getLogs(state: MemoryState, jobId: string): readonly StoredLogLine[] | undefined {
  const job = state.jobs.byId(jobId);
  return job && state.histories.linesOf(job);
}
