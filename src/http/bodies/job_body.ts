import type { JobProgress } from "../../model/job_record.ts";
import type { JsonValue, Metadata } from "../../model/payload.ts";
import type { JobOutcome, JobState } from "../../model/states.ts";
import { instantOf } from "../../scheduler/views/instant.ts";
import type { Job, JobResult } from "../../scheduler/views/job.ts";
import { type ErrorBody, errorBody } from "./error_body.ts";
import { plainJson } from "./plain_json.ts";

/** A job as JSON. Instants are ISO texts; what is not known is null. */
export interface JobBody {
  readonly id: string;
  readonly taskName: string;
  readonly scheduleId: string | null;
  readonly scheduledFireTime: string | null;
  readonly state: JobState;
  readonly outcome: JobOutcome | null;
  readonly runAt: string;
  readonly priority: number;
  /** What a scheduler must offer to run it. */
  readonly tags: readonly string[];
  /** What it shares slots with other jobs of its task by. */
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

/** How far a job is, as JSON. */
export interface ProgressBody {
  readonly done: number;
  readonly total: number;
  readonly message: string | null;
  /** When it said so. */
  readonly at: string;
}

/** What became of a job, as JSON. */
export interface JobResultBody {
  readonly jobId: string;
  readonly taskName: string;
  readonly outcome: JobOutcome;
  readonly startedAt: string | null;
  readonly finishedAt: string;
  /** What the task returned, as near as JSON comes; null with any outcome but `success`. */
  readonly value: JsonValue;
  readonly error: ErrorBody | null;
}

/** A job as JSON. */
export function jobBody(job: Job): JobBody {
  return {
    id: job.id,
    taskName: job.taskName,
    scheduleId: job.scheduleId ?? null,
    scheduledFireTime: text(job.scheduledFireTime),
    state: job.state,
    outcome: job.outcome ?? null,
    runAt: job.runAt.toString(),
    priority: job.priority,
    tags: job.tags,
    concurrencyKey: job.concurrencyKey ?? null,
    batchId: job.batchId ?? null,
    addedBy: job.addedBy ?? null,
    attempt: job.attempt,
    metadata: job.metadata,
    progress: progressBody(job.progress),
    parkedReason: job.parkedReason ?? null,
    cancelRequested: job.cancelRequested ?? null,
    startDeadline: text(job.startDeadline),
    createdAt: job.createdAt.toString(),
    startedAt: text(job.startedAt),
    finishedAt: text(job.finishedAt),
    expiresAt: text(job.expiresAt),
    error: errorBody(job.error),
  };
}

/** What became of a job, as JSON. Throws `serializationFailed` for a value that contains itself. */
export function jobResultBody(result: JobResult): JobResultBody {
  return {
    jobId: result.jobId,
    taskName: result.taskName,
    outcome: result.outcome,
    startedAt: text(result.startedAt),
    finishedAt: result.finishedAt.toString(),
    value: plainJson(result.value),
    error: errorBody(result.error),
  };
}

function progressBody(progress: JobProgress | undefined): ProgressBody | null {
  if (progress === undefined) return null;
  const { done, total, message, atMs } = progress;
  return { done, total, message, at: instantOf(atMs).toString() };
}

function text(instant: Temporal.Instant | undefined): string | null {
  return instant?.toString() ?? null;
}
