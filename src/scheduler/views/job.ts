import type { JobProgress, JobRecord, StoredError } from "../../model/job_record.ts";
import type { Metadata } from "../../model/payload.ts";
import type { JobOutcome, JobState } from "../../model/states.ts";
import { instantOf } from "../../time/temporal.ts";

/** A job, as people and programs see it. */
export interface Job {
  readonly id: string;
  readonly taskName: string;
  /** Id of the schedule it comes from; undefined when it was added directly. */
  readonly scheduleId: string | undefined;
  /** The fire time it stands for; undefined for manual runs and jobs added directly. */
  readonly scheduledFireTime: Temporal.Instant | undefined;
  readonly state: JobState;
  /** What became of it, once finished. */
  readonly outcome: JobOutcome | undefined;
  /** Not before this instant it runs. */
  readonly runAt: Temporal.Instant;
  readonly priority: number;
  /** What a scheduler must offer to run it. */
  readonly tags: readonly string[];
  /** What it shares slots with other jobs of its task by; undefined shares none. */
  readonly concurrencyKey: string | undefined;
  /** What its starts count for. */
  readonly rateKey: string | undefined;
  /** Attempts begun so far, of its retry budget. */
  readonly attempt: number;
  readonly metadata: Metadata;
  /** Id of the job whose run added it; undefined when it was added from elsewhere. */
  readonly addedBy: string | undefined;
  /** Id of its batch. */
  readonly batchId: string | undefined;
  readonly progress: JobProgress | undefined;
  /** Why it is parked. */
  readonly parkedReason: string | undefined;
  /** Why it was asked to stop, while it still runs. */
  readonly cancelRequested: string | undefined;
  readonly startDeadline: Temporal.Instant | undefined;
  readonly createdAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant | undefined;
  readonly finishedAt: Temporal.Instant | undefined;
  /** When it may be pruned; undefined while it is not finished, and when it is kept for ever. */
  readonly expiresAt: Temporal.Instant | undefined;
  /** What its last attempt ended with, when it did not succeed. */
  readonly error: StoredError | undefined;
}

/** What became of a job. */
export interface JobResult<Output = unknown> {
  readonly jobId: string;
  readonly taskName: string;
  readonly outcome: JobOutcome;
  /** When its last attempt began; undefined when it never started. */
  readonly startedAt: Temporal.Instant | undefined;
  readonly finishedAt: Temporal.Instant;
  /** What the task returned, with outcome `success`. */
  readonly value: Output | undefined;
  /** What it ended with, with any other outcome. */
  readonly error: StoredError | undefined;
}

/** A stored job as people see it. */
export function jobView(record: JobRecord): Job {
  return {
    id: record.id,
    taskName: record.taskName,
    scheduleId: record.scheduleId ?? undefined,
    scheduledFireTime: instantOf(record.fireTimeMs),
    state: record.state,
    outcome: record.outcome ?? undefined,
    runAt: instantOf(record.runAtMs),
    priority: record.priority,
    tags: record.tags,
    concurrencyKey: record.concurrencyKey ?? undefined,
    rateKey: record.rateKey ?? undefined,
    attempt: record.attempt,
    metadata: record.metadata,
    addedBy: record.addedBy ?? undefined,
    batchId: record.batchId ?? undefined,
    progress: record.progress ?? undefined,
    parkedReason: parkedReasonOf(record),
    cancelRequested: record.cancelRequested ?? undefined,
    startDeadline: instantOf(record.startDeadlineMs),
    createdAt: instantOf(record.createdAtMs),
    startedAt: instantOf(record.startedAtMs),
    finishedAt: instantOf(record.finishedAtMs),
    expiresAt: instantOf(record.expiresAtMs),
    error: record.error ?? undefined,
  };
}

/** Why a job is parked; nothing is stored where the reason is only that nobody who is alive can run it. */
function parkedReasonOf(record: JobRecord): string | undefined {
  if (record.undecodable !== undefined) return record.undecodable;
  if (record.parkedReason !== null || record.state !== "parked") return record.parkedReason ?? undefined;
  const version = record.taskVersion === 1 ? "" : ` in version ${record.taskVersion}`;
  const tags = record.tags.length === 0 ? "" : ` and offers what it demands (${record.tags.join(", ")})`;
  return `no live scheduler knows task '${record.taskName}'${version}${tags}; it runs when one starts that does`;
}
