import type { NewJob } from "../model/job_record.ts";
import type { ScheduleRecord, ScheduleVersion, ScheduleWrite } from "../model/schedule_record.ts";
import type { ScheduleStatus } from "../model/states.ts";
import type { TaskRecord } from "../model/task_record.ts";
import type { JsonValue } from "../model/payload.ts";

/** Number of fire times that have a job already that {@linkcode DueSchedule} holds at the most. */
export const TAKEN_FIRES_MAX = 1000;

/** The operations of a data store on schedules. */
export interface ScheduleStore {
  /** The schedules that match, by next fire time (those without one last), then order of adding, by default. */
  getSchedules(filter: ScheduleFilter): Promise<readonly ScheduleRecord[]>;
  /**
   * Writes and removes schedules in one step, if every one of them is still as it was read; otherwise writes
   * nothing and resolves to undefined: read again, decide again. Every write bumps the version. An id may occur
   * only once. `lastFinishedMs` is taken from the first write only: later the store itself keeps it.
   */
  writeSchedules(change: ScheduleChange): Promise<readonly ScheduleRecord[] | undefined>;
  /**
   * The schedules to process now: due or in need of planning, active, not paused; also active and finished ones, not
   * paused, that were last advanced by a clock that was set back since (`isClockSetBack`). By next fire time (those
   * without one first), then order of adding. Undecodable ones too: the scheduler that processes them writes them failed.
   */
  dueSchedules(limit: number): Promise<DueSchedules>;
  /**
   * Moves schedules on and inserts the jobs of their fires, each schedule with its jobs in one step and only
   * if its version (and the number of unfinished jobs, where given) still holds. Resolves to which ones moved.
   * A job whose id is there already is left as it is, an `identity` of one means nothing; `lastFinishedMs` stays as
   * stored.
   */
  advanceSchedules(advances: readonly ScheduleAdvance[]): Promise<readonly boolean[]>;
  /** Which of these fire times of a schedule already have a job, whatever its state, in the order asked. */
  getFireTimes(scheduleSeq: number, fireTimesMs: readonly number[]): Promise<readonly number[]>;
  /**
   * Marks active schedules of these ids, or all, for planning; returns their number. The version of those that are marked
   * already grows too: a scheduler that is planning them now may not know yet what has changed. A store may do it in several steps.
   */
  replanSchedules(scheduleIds?: readonly string[]): Promise<number>;
}

/** Which schedules; a missing key does not restrict. */
export interface ScheduleFilter {
  readonly ids?: readonly string[];
  /** Those whose id begins so. */
  readonly idPrefix?: string;
  readonly taskName?: string;
  readonly group?: string;
  readonly paused?: boolean;
  readonly status?: ScheduleStatus;
  /** Only those that come after this place in the order: how to go through many, page by page. */
  readonly after?: SchedulePlace;
  /** `oldest`: by order of adding, in which a schedule that fires meanwhile keeps its place. @default "nextFire" */
  readonly order?: "nextFire" | "oldest";
  readonly limit?: number;
}

/** Where a schedule stands in a list; `oldest` goes by the `seq` alone. */
export type SchedulePlace = Pick<ScheduleRecord, "nextFireTimeMs" | "seq">;

/** Writes to schedules, all or nothing. */
export interface ScheduleChange {
  readonly puts: readonly {
    /** The version that was read; null where the id was free. */
    readonly expected: ScheduleVersion | null;
    readonly schedule: ScheduleWrite;
  }[];
  readonly removes?: readonly ScheduleVersion[];
}

/** The result of `dueSchedules`. */
export interface DueSchedules {
  readonly nowMs: number;
  readonly due: readonly DueSchedule[];
  /** The earliest next fire time that is ahead (active, not paused); when to look again at the latest. */
  readonly nextFireTimeMs: number | null;
}

/** A schedule to process, with what the decision needs. */
export interface DueSchedule {
  readonly schedule: ScheduleRecord;
  /** Its task as stored; undefined when no scheduler ever registered it. */
  readonly task: TaskRecord | undefined;
  /** Number of its jobs that are neither finished nor parked. */
  readonly unfinishedJobs: number;
  /** The first {@linkcode TAKEN_FIRES_MAX} fire times that have a job already, of those from the next fire or now on. */
  readonly takenFireTimesMs: readonly number[];
}

/** One schedule's step forward. */
export interface ScheduleAdvance {
  readonly expected: ScheduleVersion;
  /** When given, also this many unfinished jobs must still be there. */
  readonly expectedUnfinishedJobs: number | null;
  readonly schedule: ScheduleWrite;
  readonly jobs: readonly NewJob[];
}

/** A named calendar as stored. */
export interface CalendarRecord {
  readonly name: string;
  /** The definition, which the calendar functions validate and read. */
  readonly definition: JsonValue;
  /** Grows with every write, also across removals. */
  readonly version: number;
}

/** Named calendars and other small facts that schedules depend on. */
export interface CalendarStore {
  /** Writes a calendar, or removes it with `null`. */
  putCalendar(name: string, definition: JsonValue | null): Promise<void>;
  /** All calendars, by name. */
  getCalendars(): Promise<readonly CalendarRecord[]>;
  /** A remembered fact about the whole store, such as the time zone rules it was last planned with. */
  getFact(key: string): Promise<string | undefined>;
  /** Remembers a fact. */
  putFact(key: string, value: string): Promise<void>;
}
