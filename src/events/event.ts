/**
 * Everything that Carillon publishes while it works. An event is a plain object with a `type`; ids and bounded
 * strings only, so that it can cross any broker. Large data (values, stacks) is fetched from the store; only
 * local listeners also see it (`local`).
 */
import type { JobFinishedFacts, ScheduleChangeFacts, TaskChangeFacts } from "../model/change_record.ts";
import type { JobProgress } from "../model/job_record.ts";
import type { LogLevel } from "../model/logger.ts";

interface Published {
  /** Name of the scheduler that published it, where that was another one, or `store`; absent for local events. */
  readonly origin?: string;
}

interface Base extends Published {
  /** The instant at which it happened, in milliseconds since 1970, by the clock of the store. */
  readonly atMs: number;
  /** Alias of the store it is about; `main` when the scheduler has only one. */
  readonly store: string;
}

/** Something about a task. */
export interface TaskEvent extends Base, TaskChangeFacts {}

/** Something about a schedule. */
export interface ScheduleEvent extends Base {
  readonly type: ScheduleChangeFacts["type"];
  readonly scheduleId: string;
  readonly taskName: string;
  readonly nextFireTimeMs: number | null;
  /** With `scheduleFailed`: why. */
  readonly error?: string;
}

/** A schedule was processed. */
export interface ScheduleFiredEvent extends Base {
  readonly type: "scheduleFired";
  readonly scheduleId: string;
  readonly taskName: string;
  /** In events of another process: the first 50. */
  readonly jobIds: readonly string[];
  readonly nextFireTimeMs: number | null;
}

/** Fires that did not become jobs of their own, and why; or that did, but late. */
export interface FiresCountedEvent extends Base {
  readonly type:
    | "firesMissed"
    | "firesCoalesced"
    | "firesSkipped"
    /** They became jobs more than a second after their time. */
    | "firesLate";
  readonly scheduleId: string;
  readonly taskName: string;
  readonly count: number;
  /** The first of them. */
  readonly firstFireTimeMs: number;
}

/** Something about a job before it ends. */
export interface JobEvent extends Base {
  readonly type:
    | "jobAdded"
    | "jobUpdated"
    | "jobRemoved"
    /** A scheduler took it. */
    | "jobClaimed"
    /** Its function is about to be called. */
    | "jobStarted"
    /** It failed and will be tried again. */
    | "jobRetrying"
    /** It snoozed. */
    | "jobSnoozed"
    /** It was handed back untried, because its scheduler stopped or lost its lease. */
    | "jobHandedBack"
    /** No code can run it now; it waits for some that can. */
    | "jobParked"
    | "jobCancelRequested"
    /** It should have stopped when its signal was aborted and has not. */
    | "jobStuck";
  readonly jobId: string;
  readonly taskName: string;
  readonly scheduleId: string | null;
  readonly fireTimeMs: number | null;
  readonly attempt: number;
  /** With `jobRetrying` and `jobSnoozed`: not before this instant. */
  readonly runAtMs?: number;
  /** With `jobRetrying` and `jobParked`: why. */
  readonly reason?: string;
}

/** A job has ended. */
export interface JobFinishedEvent extends Base, JobFinishedFacts {
  /** Only for listeners in the process that ran it: the very value or error. */
  readonly local?: { readonly value?: unknown; readonly error?: unknown };
}

/** A job reported its progress. */
export interface JobProgressEvent extends Base {
  readonly type: "jobProgress";
  readonly jobId: string;
  readonly taskName: string;
  readonly progress: JobProgress;
}

/** A job wrote a line to its log. */
export interface JobLogEvent extends Base {
  readonly type: "jobLog";
  readonly jobId: string;
  readonly taskName: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Something about a scheduler. */
export interface SchedulerEvent extends Published {
  readonly type:
    | "schedulerStarting"
    | "schedulerStarted"
    | "schedulerPaused"
    | "schedulerResumed"
    | "schedulerStopping"
    | "schedulerStopped"
    | "leaseLost"
    /** The work of a scheduler that is gone was taken over. */
    | "schedulerTakenOver"
    | "storeAdded"
    | "storeRemoved"
    | "storeFailed"
    | "storeRecovered"
    | "executorAdded"
    | "executorRemoved";
  readonly atMs: number;
  /** The scheduler's name. */
  readonly scheduler: string;
  /** Its subject, where that is not the scheduler itself: an alias, another scheduler's name. */
  readonly subject?: string;
  readonly error?: string;
}

/** Any event. */
export type CarillonEvent =
  | TaskEvent
  | ScheduleEvent
  | ScheduleFiredEvent
  | FiresCountedEvent
  | JobEvent
  | JobFinishedEvent
  | JobProgressEvent
  | JobLogEvent
  | SchedulerEvent;

/** The name of an event. */
export type EventType = CarillonEvent["type"];

/** The groups of events. */
export const eventGroups = ["task", "schedule", "job", "scheduler", "store"] as const;

/** A whole group of events, for subscribing. */
export type EventGroup = typeof eventGroups[number];

/** A name of an event or of a group, for listeners. */
export type EventSelector = EventType | EventGroup;

/** The event of a given name. */
export type EventOf<Type extends EventType> = OfType<CarillonEvent, Type>;

// Event by event and name by name: some kinds of event share one shape.
type OfType<Event extends CarillonEvent, Type extends EventType> = Event extends CarillonEvent
  ? Type extends Event["type"] ? Event & { readonly type: Type } : never
  : never;
