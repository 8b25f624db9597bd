import type { JobProgress, JobRecord, StoredError } from "../../model/job_record.ts";
import type { Metadata } from "../../model/payload.ts";
import type { JobOutcome, JobState } from "../../model/states.ts";
import { instantOf } from "../../time/temporal.ts";

/** A job, as returned to callers. */
export interface Job {
  readonly id: string;
  readonly taskName: string;
  /** Id of the schedule it comes from; undefined when it was added directly. */
  readonly scheduleId: string | undefined;
  /** The fire time it stands for; undefined for manual runs and jobs added directly. */
  readonly scheduledFireTime: Temporal.Instant | undefined;
  readonly state: JobState;
  /** Its outcome, once finished. */
  readonly outcome: JobOutcome | undefined;
  /** It does not run before this instant. */
  readonly runAt: Temporal.Instant;
  readonly priority: number;
  /** Tags that a scheduler must have to run it. */
  readonly tags: readonly string[];
  /** Key by which it shares slots with other jobs of its task; undefined shares none. */
  readonly concurrencyKey: string | undefined;
  /** Key of the rate that its starts count for. */
  readonly rateKey: string | undefined;
  /** Attempts begun so far, of its retry budget. */
  readonly attempt: number;
  readonly metadata: Metadata;
  /** Id of the job whose run added it; undefined if it was not added by a job. */
  readonly addedBy: string | undefined;
  /** Id of its batch. */
  readonly batchId: string | undefined;
  readonly progress: JobProgress | undefined;
  /** Reason that it is parked. */
  readonly parkedReason: string | undefined;
  /** Reason that it was asked to stop, while it still runs. */
  readonly cancelRequested: string | undefined;
  readonly startDeadline: Temporal.Instant | undefined;
  readonly createdAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant | undefined;
  readonly finishedAt: Temporal.Instant | undefined;
  /** Instant from which it may be pruned; undefined while it is not finished, and if it is kept forever. */
  readonly expiresAt: Temporal.Instant | undefined;
  /** Error of its last attempt, if that did not succeed. */
  readonly error: StoredError | undefined;
}

/** Result of a job. */
export interface JobResult<Output = unknown> {
  readonly jobId: string;
  readonly taskName: string;
  readonly outcome: JobOutcome;
  /** Start of its last attempt; undefined if it never started. */
  readonly startedAt: Temporal.Instant | undefined;
  readonly finishedAt: Temporal.Instant;
  /** Value that the task returned, with outcome `success`. */
  readonly value: Output | undefined;
  /** Error that it ended with, with any other outcome. */
  readonly error: StoredError | undefined;
}

/** A stored job as returned to callers. */
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

/** Reason of a parked job; none is stored where it is only that no live scheduler can run it. */
function parkedReasonOf(record: JobRecord): string | undefined {
  if (record.undecodable !== undefined) return record.undecodable;
  if (record.parkedReason !== null || record.state !== "parked") return record.parkedReason ?? undefined;
  const version = record.taskVersion === 1 ? "" : ` in version ${record.taskVersion}`;
  const tags = record.tags.length === 0 ? "" : ` and offers what it demands (${record.tags.join(", ")})`;
  return `no live scheduler knows task '${record.taskName}'${version}${tags}; it runs when one starts that does`;
}
