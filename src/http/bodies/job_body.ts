import type { JobProgress, StoredError } from "../../model/job_record.ts";
import type { JsonValue, Metadata } from "../../model/payload.ts";
import type { JobOutcome, JobState } from "../../model/states.ts";
import { instantOf } from "../../time/temporal.ts";
import type { Job, JobResult } from "../../scheduler/views/job.ts";
import { type JsonBudget, jsonValueOf } from "./json_value.ts";

/** A job as JSON. Instants are ISO strings; unknown values are null. */
export interface JobBody {
  readonly id: string;
  readonly taskName: string;
  readonly scheduleId: string | null;
  readonly scheduledFireTime: string | null;
  readonly state: JobState;
  readonly outcome: JobOutcome | null;
  readonly runAt: string;
  readonly priority: number;
  /** The tags that a scheduler must offer to run it. */
  readonly tags: readonly string[];
  /** The key by which it shares slots with other jobs of its task. */
  readonly concurrencyKey: string | null;
  readonly batchId: string | null;
  /** Id of the job whose run added it. */
  readonly addedBy: string | null;
  readonly attempt: number;
  readonly metadata: Metadata;
  readonly progress: ProgressBody | null;
  readonly parkedReason: string | null;
  readonly cancelRequested: string | null;
  readonly startDeadline: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly expiresAt: string | null;
  readonly error: ErrorBody | null;
}

/** The progress of a job as JSON. */
export interface ProgressBody {
  readonly done: number;
  readonly total: number;
  readonly message: string | null;
  /** The instant of the report. */
  readonly at: string;
}

/** The error of a job as JSON. The stack is left out: it shows the server's insides. */
export interface ErrorBody {
  readonly name: string;
  readonly message: string;
  readonly code: string | null;
  readonly cause: ErrorBody | null;
}

/** The result of a job as JSON. */
export interface JobResultBody {
  readonly jobId: string;
  readonly taskName: string;
  readonly outcome: JobOutcome;
  readonly startedAt: string | null;
  readonly finishedAt: string;
  /** The closest JSON to the value that the task returned; null with any outcome but `success`. */
  readonly value: JsonValue;
  readonly error: ErrorBody | null;
}

/** Returns a job as JSON; the jobs of one response share a budget. */
export function jobBody(job: Job, budget?: JsonBudget): JobBody {
  return {
    id: job.id,
    taskName: job.taskName,
    scheduleId: job.scheduleId ?? null,
    scheduledFireTime: isoString(job.scheduledFireTime),
    state: job.state,
    outcome: job.outcome ?? null,
    runAt: job.runAt.toString(),
    priority: job.priority,
    tags: job.tags,
    concurrencyKey: job.concurrencyKey ?? null,
    batchId: job.batchId ?? null,
    addedBy: job.addedBy ?? null,
    attempt: job.attempt,
    metadata: jsonValueOf(job.metadata, budget) as Metadata,
    progress: progressBody(job.progress),
    parkedReason: job.parkedReason ?? null,
    cancelRequested: job.cancelRequested ?? null,
    startDeadline: isoString(job.startDeadline),
    createdAt: job.createdAt.toString(),
    startedAt: isoString(job.startedAt),
    finishedAt: isoString(job.finishedAt),
    expiresAt: isoString(job.expiresAt),
    error: errorBody(job.error),
  };
}

/** Returns the result of a job as JSON. Throws `serializationFailed` for a value that contains itself. */
export function jobResultBody(result: JobResult): JobResultBody {
  return {
    jobId: result.jobId,
    taskName: result.taskName,
    outcome: result.outcome,
    startedAt: isoString(result.startedAt),
    finishedAt: result.finishedAt.toString(),
    value: jsonValueOf(result.value),
    error: errorBody(result.error),
  };
}

/** Returns an error of a job as JSON; null for none. */
export function errorBody(error: StoredError | undefined): ErrorBody | null {
  if (error === undefined) return null;
  const { name, message, code, cause } = error;
  return { name, message, code: code ?? null, cause: errorBody(cause) };
}

function progressBody(progress: JobProgress | undefined): ProgressBody | null {
  if (progress === undefined) return null;
  const { done, total, message, atMs } = progress;
  return { done, total, message, at: instantOf(atMs).toString() };
}

function isoString(instant: Temporal.Instant | undefined): string | null {
  return instant?.toString() ?? null;
}
