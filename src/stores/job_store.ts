import type { JobEnding, JobFence, JobProgress, JobRecord, NewJob } from "../model/job_record.ts";
import type { Metadata, Payload } from "../model/payload.ts";
import type { JobOutcome, JobState } from "../model/states.ts";
import type { TaskClaim } from "../model/task_record.ts";
import type { AttemptRecord, LogBatch, StoredLogLine } from "../model/job_history.ts";

/** The operations of a data store on jobs. */
export interface JobStore {
  /**
   * Adds jobs, all or none; an id that is there already is left as it is and reported as `deduplicated`. A job with an
   * `identity` is not added either where the newest job of its task that `matchesIdentity` it is there: that one is reported,
   * as `deduplicated`, or as `replaced` once it has taken over what was said (`replacedJob`). Nothing is claimed in a
   * call with such jobs.
   * With `claim`, jobs just added (no others, whatever its `jobIds`) are claimed in the same step as far as
   * limits allow; with `inTurn` only where that overtakes no other job.
   *
   * Jobs are added one after the other: to each, those before it in the call are there, as far as they go without a run.
   * A job with `parents`, which are jobs that are there or come before it in the call, waits until all of them are
   * finished. An id of the call that names no job, because another one stands for it, is that one. Where they are already, it continues at once: as `cancelled` (`cascadeTransition`) when one of them did
   * not succeed and it says `cascade`. Throws `jobNotFound` for a parent that is not there; then nothing is added.
   */
  addJobs(jobs: readonly NewJob[], claim?: AddClaim): Promise<AddAnswer>;
  /**
   * First ends the runs of `ends`, as `endJobs` does, so that one step writes what has ended and takes what that lets
   * start. Then ends all waiting jobs whose start deadline has passed (kept as their settings say) and makes all due
   * ones ready, whatever their task; then takes up to `limit` ready jobs for the incarnation, in claim order at
   * that instant (`claimOrderAt`) over the asked tasks, within the limits of task (`taskLimit`, also for a task without a record) and
   * schedule (`scheduleLimit`; none once the schedule is removed). A saturated or paused task, or a saturated
   * schedule, never hides another one's jobs, nor do jobs of a newer version. Takes nothing for an incarnation that is not registered. An
   * undecodable job is taken like any other: the scheduler that took it parks it. Where inputs are long, it takes fewer, and says
   * that there are `more`.
   */
  claimJobs(request: ClaimRequest, ends?: readonly JobEnding[]): Promise<ClaimAnswer>;
  /**
   * Ends runs (`effectiveTransition` says how). Returns for each whether the fence held; where it did not, nothing
   * was written. A `finished` that is repeated is true again (`endedBefore`).
   *
   * Whenever a job of a schedule has ended, here or by another call (cancelled, missed, taken over, removed while it
   * waited), the same step sets the schedule's `lastFinishedMs`; where `followsFinish` is set it also sets
   * `needsPlanning` and bumps the version, otherwise the version stays, so that no advance is disturbed.
   *
   * Whenever a job has ended, here or by another call, the same step also settles those that wait for it: when it did not
   * succeed, those with `cascade` end as cancelled (`cascadeTransition`; where several parents ended so, the one
   * added first is named), and so on through theirs; any other whose parents are all over continues (`releasedJob`).
   * A removed job counts as over: as what it was, or as cancelled where it was not finished.
   */
  endJobs(endings: readonly JobEnding[]): Promise<readonly boolean[]>;
  /** Notes progress; a stale fence is ignored. */
  putProgress(notes: readonly { readonly fence: JobFence; readonly progress: JobProgress }[]): Promise<void>;
  /**
   * The jobs that match, newest first by default. `state` is what people see (`displayState`). However long their inputs and
   * results are together: where they are too much for one answer of a database, it is asked in parts.
   */
  getJobs(filter: JobFilter): Promise<readonly JobRecord[]>;
  /** The number of matching jobs in each state people see. */
  countJobs(filter: JobPlace): Promise<JobCounts>;
  /** The parents of a job: none where it has none, or is not there. */
  getParents(jobId: string): Promise<ParentsAnswer>;
  /**
   * Cancels: waiting jobs end at once, running ones get a request that their owner sees. The first reason
   * stays; finished jobs are left alone. Resolves to the jobs as stored, without payloads, in the order asked.
   */
  cancelJobs(ids: readonly string[], cancel: CancelRequest): Promise<CancelAnswer>;
  /**
   * Changes a waiting job and resolves to it as stored; undefined when it is running, finished or not there. A
   * parked one is taken up again when its input or its `runAt` is changed.
   */
  updateJob(id: string, change: JobChange): Promise<JobRecord | undefined>;
  /**
   * Makes finished or parked jobs ready again, from now, with a fresh retry budget and without a start deadline;
   * resolves to the ones that were, as stored (`ready`; `blocked` where the store keeps those apart that wait for a slot, or
   * by `parents` where one is not finished or is retried by the same call), without payloads, in the order asked.
   */
  retryJobs(ids: readonly string[]): Promise<readonly JobRecord[]>;
  /** Deletes jobs that are not running; resolves to the ids that were deleted, in the order asked. */
  removeJobs(ids: readonly string[]): Promise<readonly string[]>;
}

/** The jobs that a job waits or waited for. */
export interface ParentsAnswer {
  /** True if it waits for them now. */
  readonly waits: boolean;
  /** In the order in which they were given, as people see them; those that were removed are left out. */
  readonly parents: readonly JobRecord[];
}

/** The result of `addJobs`, in the order asked. */
export interface AddAnswer {
  readonly nowMs: number;
  readonly jobs: readonly {
    readonly id: string;
    readonly seq: number;
    readonly outcome: "added" | "deduplicated" | "replaced";
  }[];
  /** The jobs that were claimed in the same step. */
  readonly claimed: readonly JobRecord[];
}

/** A request for jobs. */
export interface ClaimRequest {
  readonly incarnation: number;
  /** The tasks whose code the claiming scheduler has, each once; none of their jobs of a newer version is taken. */
  readonly tasks: readonly TaskClaim[];
  readonly limit: number;
  /** Only these jobs; all when not given. */
  readonly jobIds?: readonly string[];
}

/** A request for the jobs that are just added. */
export interface AddClaim extends ClaimRequest {
  /**
   * Claims all of these jobs or none: where they are alike (`areAllAlike`), may run at once (`mayRunAtOnce`), and their
   * task is stored, is not paused, has no rate, has slots left for all of them, and has no job that is ready or due. None
   * where the limit is lower than their number.
   * @default false
   */
  readonly inTurn?: boolean;
}

/** The result of `claimJobs`. */
export interface ClaimAnswer {
  readonly nowMs: number;
  /** In claim order; `attempt` and `claimNumber` are those of this claim. */
  readonly claimed: readonly JobRecord[];
  /** Jobs that this call ended as `missedStartDeadline`, without payloads. */
  readonly missed: readonly JobRecord[];
  /**
   * When to look again at the latest: the earliest `runAt` that is ahead among the asked tasks (and ids), or,
   * where no ids were asked, the instant after the earliest start deadline of any waiting job.
   */
  readonly nextRunAtMs: number | null;
  /** More may be had by asking again at once: the limit, or the store's own measure, cut the answer short. */
  readonly more: boolean;
  /**
   * True if jobs of the asked tasks, named or not, are left that are neither running nor wait for their time or for
   * other jobs: they wait for a slot, a rate, the end of a pause or another scheduler. Where there are none, the end of
   * a run lets no job continue by giving its slots back. True where the store does not know.
   */
  readonly backlog: boolean;
  /** The result of `endJobs` for the given ends. */
  readonly held: readonly boolean[];
}

/** The origin of jobs; a missing key does not restrict. */
export interface JobPlace {
  readonly taskName?: string;
  readonly scheduleId?: string;
  /** Those of this batch. */
  readonly batchId?: string;
  /** Those added by the run of this job. */
  readonly addedBy?: string;
}

/** Which jobs; a missing key does not restrict. */
export interface JobFilter extends JobPlace {
  readonly ids?: readonly string[];
  /** Those whose id begins so. */
  readonly idPrefix?: string;
  /** Those that wait or waited for one of these. */
  readonly after?: readonly string[];
  readonly states?: readonly JobState[];
  readonly outcomes?: readonly JobOutcome[];
  /** Run or last run by this incarnation. */
  readonly owner?: number;
  /** True for those that were asked to stop. */
  readonly cancelRequested?: true;
  /** False leaves `input` and `value` of the found jobs null, however they are stored. @default true */
  readonly payloads?: boolean;
  /** Only those that come after the job of this `seq` in the order: how to go through many, page by page. */
  readonly afterSeq?: number;
  /** @default "newest" by order of adding */
  readonly order?: "newest" | "oldest";
  readonly limit?: number;
}

/** Number of jobs in each state. */
export type JobCounts = Readonly<Record<JobState, number>>;

/** Why jobs are cancelled, and how long the cancelled ones are kept. */
export interface CancelRequest {
  readonly reason: string;
  readonly keepMs: number | null;
}

/** The result of `cancelJobs`. */
export interface CancelAnswer {
  /** Jobs that ended as `cancelled` at once. */
  readonly cancelled: readonly JobRecord[];
  /** Running jobs that now carry the request. */
  readonly requested: readonly JobRecord[];
}

/** The changes that can be made to a waiting job. */
export interface JobChange {
  /** null is now. */
  readonly runAtMs?: number | null;
  readonly priority?: number;
  readonly input?: Payload | null;
  /** Version of the task whose input that is. */
  readonly taskVersion?: number;
  /** Replaces all earlier metadata. */
  readonly metadata?: Metadata;
}

/** The history of jobs' runs. It goes when the job does. */
export interface JobHistoryStore {
  /**
   * The attempts of a job, oldest first, the one that runs included; undefined when there is no such job. Attempts
   * are written by the steps that end them: `endJobs` and `takeOver` when the job continues, `retryJobs` for the
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

/** The operations of a data store within a transaction of its caller's: it is undone with it. */
export interface TransactionStore {
  /** Adds jobs as `addJobs` of the store does; where statements are only collected, as if none was there. */
  addJobs(jobs: readonly NewJob[]): Promise<AddedWithin>;
  /**
   * Finishes a run as `endJobs` of the store does. Returns whether it was running under this fence; where statements
   * are only collected, they make the batch fail unless it is.
   */
  endJob(ending: JobEnding): Promise<boolean>;
}

/** Jobs added in a transaction of the caller's. */
export interface AddedWithin {
  readonly jobs: AddAnswer["jobs"];
  /** True if the transaction may still be committed; false as well where that cannot be known. */
  readonly pending: () => boolean;
}
