/**
 * The port of data stores. A store moves data; what is claimable, over or missed is decided by the rules in
 * `model/decisions.ts`, which the memory store calls and the SQL restates.
 *
 * Guarantees every store keeps (the exported conformance suite holds them to it):
 * - **One call is one atomic step.** It happens whole or not at all, and has happened durably when its promise
 *   resolves. No call needs another one to leave the store consistent.
 * - **Repeatable.** A call that is sent twice because its answer was lost does nothing the second time: ids
 *   come from the caller, writes about schedules compare versions, writes about runs compare the fence.
 * - **The store tells the time.** Comparisons use the store's clock; answers carry it as `nowMs`.
 * - **Nothing is dropped for being unreadable.** Such a row is answered with `undecodable` set.
 * - **Never reused.** Incarnations, row identities (`seq`) and versions only grow, also across removals.
 *
 * Stores never publish events and never log what they did: the gateway above them does.
 */
import type { JobEnding, JobFence, JobProgress, JobRecord, NewJob } from "../model/job_record.ts";
import type { Metadata, Payload } from "../model/payload.ts";
import type { ScheduleRecord, ScheduleVersion, ScheduleWrite } from "../model/schedule_record.ts";
import type { SchedulerRecord, SchedulerWrite } from "../model/scheduler_record.ts";
import type { RunOverrides } from "../model/settings.ts";
import type { JobOutcome, JobState, ScheduleStatus } from "../model/states.ts";
import type { TaskRecord, TaskWrite } from "../model/task_record.ts";
import type { Clock } from "../time/clock.ts";
import type { CalendarStore } from "./calendar_store.ts";

/** What a store is given when it is opened. */
export interface StoreContext {
  /** The scheduler's clock. A store with a clock of its own uses it only when it is not the system's. */
  readonly clock: Clock;
}

/** What a store can do, said once instead of asked by name. */
export interface StoreCapabilities {
  /** What was written is still there after the process has ended. */
  readonly durable: boolean;
  /** Other processes can use the same data. */
  readonly shared: boolean;
}

/** Where tasks, schedules, jobs and results live. */
export interface DataStore extends TaskStore, ScheduleStore, JobStore, SchedulerStore, CalendarStore {
  /** What it is, for people: `memory`, `libsql`. */
  readonly kind: string;
  /** Where it is, for people, without secrets: `file:carillon.db`. */
  readonly location: string;
  readonly capabilities: StoreCapabilities;
  /**
   * Opens it: makes or migrates tables. Several schedulers may open one store object; it is counted.
   * Throws `storeUnavailable`, `storeReadOnly`, `storeCorrupt`, `storeNewerSchema` or `storeBusy`.
   */
  open(context: StoreContext): Promise<void>;
  /** Takes one `open` back; the last one lets go of the connection. What the caller made stays open. */
  close(): Promise<void>;
  /** The store's clock. */
  nowMs(): Promise<number>;
  /** Calls back after another process has (or may have) changed something. Answers how to stop that. */
  watch(listener: () => void): () => void;
  /** Deletes up to `limit` finished jobs that have expired, and finished schedules of generated ids without jobs. */
  prune(limit: number): Promise<PruneAnswer>;
}

/** What a call of `prune` deleted. */
export interface PruneAnswer {
  readonly jobs: number;
  readonly schedules: readonly string[];
}

/** Tasks. */
export interface TaskStore {
  /** Writes tasks as the code defines them; keeps what was set at run time (`overrides`, `paused`). */
  putTasks(tasks: readonly TaskWrite[]): Promise<readonly TaskRecord[]>;
  /** The tasks of these names, or all, by name. */
  getTasks(names?: readonly string[]): Promise<readonly TaskRecord[]>;
  /** Changes what is set at run time; answers undefined when there is no such task. */
  updateTask(name: string, change: TaskChange): Promise<TaskRecord | undefined>;
}

/** What can be changed about a task at run time. */
export interface TaskChange {
  readonly paused?: boolean;
  /** Replaces all earlier overrides. */
  readonly overrides?: RunOverrides;
  readonly metadata?: Metadata;
}

/** Schedules. */
export interface ScheduleStore {
  /** The schedules that match, by next fire time (those without one last), then id. */
  getSchedules(filter: ScheduleFilter): Promise<readonly ScheduleRecord[]>;
  /**
   * Writes and removes schedules in one step, if every one of them is still as it was read; otherwise writes
   * nothing and answers undefined: read again, decide again. Every write bumps the version.
   */
  writeSchedules(change: ScheduleChange): Promise<readonly ScheduleRecord[] | undefined>;
  /** The schedules to process now: due or in need of planning, active, not paused; earliest first. */
  dueSchedules(limit: number): Promise<DueSchedules>;
  /**
   * Moves schedules on and inserts the jobs of their fires, each schedule with its jobs in one step and only
   * if its version (and the number of unfinished jobs, where given) still holds. Answers which ones moved.
   */
  advanceSchedules(advances: readonly ScheduleAdvance[]): Promise<readonly boolean[]>;
  /** Which of these fire times of a schedule already have a job, whatever its state. */
  getFireTimes(scheduleSeq: number, fireTimesMs: readonly number[]): Promise<readonly number[]>;
  /** Marks active schedules for planning: those that use a calendar, or all of them. Answers how many. */
  replanSchedules(scheduleIds: readonly string[]): Promise<number>;
}

/** Which schedules; a missing key does not restrict. */
export interface ScheduleFilter {
  readonly ids?: readonly string[];
  readonly taskName?: string;
  readonly group?: string;
  readonly paused?: boolean;
  readonly status?: ScheduleStatus;
  readonly limit?: number;
  /** How many matches to leave out first. */
  readonly offset?: number;
}

/** Writes to schedules, all or nothing. */
export interface ScheduleChange {
  readonly puts: readonly {
    /** What was read; null where the id was free. */
    readonly expected: ScheduleVersion | null;
    readonly schedule: ScheduleWrite;
  }[];
  readonly removes?: readonly ScheduleVersion[];
}

/** What `dueSchedules` answers. */
export interface DueSchedules {
  readonly nowMs: number;
  readonly due: readonly DueSchedule[];
  /** The earliest next fire time that is ahead; when to look again at the latest. */
  readonly nextFireTimeMs: number | null;
}

/** A schedule to process, with what the decision needs. */
export interface DueSchedule {
  readonly schedule: ScheduleRecord;
  /** Its task as stored; undefined when no scheduler ever registered it. */
  readonly task: TaskRecord | undefined;
  /** How many of its jobs are not finished. */
  readonly unfinishedJobs: number;
}

/** One schedule's step forward. */
export interface ScheduleAdvance {
  readonly expected: ScheduleVersion;
  /** When given, also this many unfinished jobs must still be there. */
  readonly expectedUnfinishedJobs: number | null;
  readonly schedule: ScheduleWrite;
  readonly jobs: readonly NewJob[];
}

/** Jobs. */
export interface JobStore {
  /**
   * Adds jobs, all or none; an id that is there already is left as it is and answered as `deduplicated`.
   * With `claim`, jobs just added are claimed in the same step as far as limits allow.
   */
  addJobs(jobs: readonly NewJob[], claim?: ClaimRequest): Promise<AddAnswer>;
  /**
   * First makes due jobs ready and ends those whose start deadline has passed; then takes up to `limit` ready
   * jobs for the incarnation, in claim order over all its tasks, within the limits of task and schedule.
   * A saturated or paused task or schedule never hides another one's jobs. Takes nothing for an incarnation
   * that is not registered.
   */
  claimJobs(request: ClaimRequest): Promise<ClaimAnswer>;
  /** Ends runs. Answers for each whether the fence held; where it did not, nothing was written. */
  endJobs(endings: readonly JobEnding[]): Promise<readonly boolean[]>;
  /** Notes progress; a stale fence is ignored. */
  putProgress(notes: readonly { readonly fence: JobFence; readonly progress: JobProgress }[]): Promise<void>;
  /** The jobs that match, newest first unless told otherwise. `state` is what people see (`presentedState`). */
  getJobs(filter: JobFilter): Promise<readonly JobRecord[]>;
  /** How many jobs match in each state people see. */
  countJobs(filter: Pick<JobFilter, "taskName" | "scheduleId">): Promise<JobCounts>;
  /** Cancels: waiting jobs end at once, running ones get a request that their owner sees. */
  cancelJobs(ids: readonly string[], cancel: CancelRequest): Promise<CancelAnswer>;
  /** Changes waiting jobs; answers undefined when the job is running, finished or not there. */
  updateJob(id: string, change: JobChange): Promise<JobRecord | undefined>;
  /** Makes finished or parked jobs ready again with a fresh retry budget; answers the ones that were. */
  retryJobs(ids: readonly string[]): Promise<readonly JobRecord[]>;
  /** Deletes jobs that are not running; answers the ids that were deleted. */
  removeJobs(ids: readonly string[]): Promise<readonly string[]>;
}

/** What `addJobs` answers, in the order asked. */
export interface AddAnswer {
  readonly nowMs: number;
  readonly jobs: readonly {
    readonly id: string;
    readonly seq: number;
    readonly outcome: "added" | "deduplicated";
  }[];
  /** The jobs that were claimed in the same step. */
  readonly claimed: readonly JobRecord[];
}

/** Who wants jobs, and which. */
export interface ClaimRequest {
  readonly incarnation: number;
  /** The tasks whose code the claiming scheduler has. */
  readonly taskNames: readonly string[];
  readonly limit: number;
  /** Only these jobs; all when not given. */
  readonly jobIds?: readonly string[];
}

/** What `claimJobs` answers. */
export interface ClaimAnswer {
  readonly nowMs: number;
  /** In claim order; `attempt` and `claimNumber` are those of this claim. */
  readonly claimed: readonly JobRecord[];
  /** Jobs that this call ended as `missedStartDeadline`. */
  readonly missed: readonly JobRecord[];
  /** The earliest `runAt` that is ahead among the asked tasks: when to look again at the latest. */
  readonly nextRunAtMs: number | null;
  /** More may be had by asking again at once. */
  readonly more: boolean;
}

/** Which jobs; a missing key does not restrict. */
export interface JobFilter {
  readonly ids?: readonly string[];
  readonly taskName?: string;
  readonly scheduleId?: string;
  readonly states?: readonly JobState[];
  readonly outcomes?: readonly JobOutcome[];
  /** Run or last run by this incarnation. */
  readonly owner?: number;
  /** @default "newest" by order of adding */
  readonly order?: "newest" | "oldest";
  readonly limit?: number;
  /** How many matches to leave out first. */
  readonly offset?: number;
}

/** Number of jobs in each state. */
export type JobCounts = Readonly<Record<JobState, number>>;

/** Why jobs are cancelled, and how long the cancelled ones are kept. */
export interface CancelRequest {
  readonly reason: string;
  readonly keepMs: number | null;
}

/** What `cancelJobs` did. */
export interface CancelAnswer {
  /** Jobs that ended as `cancelled` at once. */
  readonly cancelled: readonly JobRecord[];
  /** Running jobs that now carry the request. */
  readonly requested: readonly JobRecord[];
}

/** What can be changed about a waiting job. */
export interface JobChange {
  /** null is now. */
  readonly runAtMs?: number | null;
  readonly priority?: number;
  readonly input?: Payload | null;
  readonly metadata?: Metadata;
}

/** Schedulers, their leases and their work. */
export interface SchedulerStore {
  /** Registers a start. Parked jobs of its tasks become ready: its code may be able to run them. */
  registerScheduler(
    scheduler: SchedulerWrite,
  ): Promise<{ readonly incarnation: number; readonly nowMs: number }>;
  /** Renews the lease and answers how the store sees this scheduler. */
  heartbeat(incarnation: number, leaseMs: number): Promise<HeartbeatAnswer>;
  /** Removes a scheduler that has stopped; its running jobs, if any are left, are left to `buryScheduler`. */
  unregisterScheduler(incarnation: number): Promise<void>;
  /** All registered schedulers, by incarnation. */
  getSchedulers(): Promise<readonly SchedulerRecord[]>;
  /**
   * Takes the work of a scheduler that is gone: if its lease still ends when it was seen to, its record goes
   * and its jobs end as told, in one step. Answers for each ending whether its fence held, or undefined when
   * the scheduler was alive after all. An incarnation without a record (its record was lost) counts as gone.
   */
  buryScheduler(
    incarnation: number,
    seenLeaseUntilMs: number | null,
    endings: readonly JobEnding[],
  ): Promise<readonly boolean[] | undefined>;
  /** Incarnations that own running jobs but have no record; empty in a sound store. */
  getOrphanedIncarnations(): Promise<readonly number[]>;
}

/** What `heartbeat` answers. */
export interface HeartbeatAnswer {
  readonly nowMs: number;
  /** False when this scheduler was buried: it must abort what it runs and register anew. */
  readonly alive: boolean;
  /** The jobs the store says it runs. */
  readonly owned: readonly {
    readonly seq: number;
    readonly id: string;
    readonly claimNumber: number;
    readonly cancelRequested: string | null;
  }[];
  /** The other registered schedulers. */
  readonly others: readonly SchedulerRecord[];
}
