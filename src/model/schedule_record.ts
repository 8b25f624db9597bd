import type { TriggerJSON } from "../triggers/trigger.ts";
import type { Metadata, Payload } from "./payload.ts";
import type { RunOverrides } from "./settings.ts";
import type { CoalescePolicy, OverlapPolicy, ScheduleStatus } from "./states.ts";

/** The options of a schedule beside its trigger and input, as stored. */
export interface SchedulePolicies {
  readonly coalesce: CoalescePolicy;
  readonly overlap: OverlapPolicy;
  /** Upper end of the random delay after each fire time. */
  readonly jitterMs: number;
  /** Window over which fires of the same instant are spread by a hash of the id; 0 is off. */
  readonly spreadMs: number;
  readonly maxRuns: number | null;
  /** The limit of this schedule's jobs that run at once; null is no limit. */
  readonly maxRunningJobs: number | null;
  /** Version of the task whose input the schedule has. @default the version of the task as stored */
  readonly inputVersion?: number;
  /** The key by which its jobs share slots with others of their task; null shares none. */
  readonly concurrencyKey: string | null;
  /** The key that the starts of its jobs count for. */
  readonly rateKey: string | null;
  /** Settings given on the schedule; they win over the task's. */
  readonly overrides: RunOverrides;
}

/** The time after its fire time within which a job that is made does not count as late. */
export const LATE_AFTER_MS = 1000;

/** Counts of what became of a schedule's fires, written in the transactions that did it. */
export interface ScheduleCounters {
  /** Fires that became jobs. */
  readonly runs: number;
  /** Those among them that became jobs more than a second after their fire time. */
  readonly late: number;
  /** Fires later than their misfire grace. */
  readonly missed: number;
  /** Fires that another fire's job stands for. */
  readonly coalesced: number;
  /** Fires dropped because the previous job was not finished (`overlap: "skip"`), or given up (`resumeFrom`). */
  readonly skipped: number;
}

/** A trigger that was replaced while fires of it were owed. */
export interface FormerTrigger {
  readonly trigger: TriggerJSON;
  /** Instant of its replacement: its fires up to then are owed, the new trigger counts from then. */
  readonly untilMs: number;
}

/**
 * The distance by which the store's clock must be behind the instant at which a schedule was last advanced to count as
 * set back: smaller corrections only make fires wait for as long.
 */
export const CLOCK_SET_BACK_MS = 60_000;

/** True if the clock was set back since a schedule was last advanced. */
export function isClockSetBack(
  { advancedAtMs }: Pick<ScheduleWrite, "advancedAtMs">,
  nowMs: number,
): boolean {
  return advancedAtMs > nowMs + CLOCK_SET_BACK_MS;
}

/** A schedule to be written: everything but what the store gives it. */
export interface ScheduleWrite {
  readonly id: string;
  /** The id was made by the program: the schedule goes when it is finished and its jobs are gone. */
  readonly generatedId: boolean;
  readonly taskName: string;
  readonly description: string | null;
  /** The set this schedule belongs to (`applySchedules`). */
  readonly group: string | null;
  readonly trigger: TriggerJSON;
  /** The trigger before it, while fires of that are owed; `nextFireTimeMs` is then one of these. */
  readonly formerTrigger: FormerTrigger | null;
  readonly input: Payload | null;
  readonly policies: SchedulePolicies;
  readonly metadata: Metadata;
  readonly paused: boolean;
  readonly status: ScheduleStatus;
  /** Why the status is `failed`. */
  readonly error: string | null;
  /** When the schedule was first stored; where its trigger counts from. */
  readonly anchorMs: number;
  readonly nextFireTimeMs: number | null;
  /** When the next fire time was decided, by the store's clock. */
  readonly advancedAtMs: number;
  readonly lastFireTimeMs: number | null;
  /** When its last job ended, whatever the outcome. */
  readonly lastFinishedMs: number | null;
  /** The trigger counts from the end of the last run: written with that end, the schedule is planned anew. */
  readonly followsFinish: boolean;
  /** The next fire time must be computed again, whatever `nextFireTimeMs` says. */
  readonly needsPlanning: boolean;
  readonly counters: ScheduleCounters;
}

/** A schedule as stored. */
export interface ScheduleRecord extends ScheduleWrite {
  /** Identity of the row; never given twice, so a schedule made again under its old id is another one. */
  readonly seq: number;
  /** Grows with every change; what is compared before a write. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Number of its jobs that have failed (`isFailure`). */
  readonly failedRuns: number;
  /** Set when the row cannot be read; the other fields are then best effort. */
  readonly undecodable?: string;
}

/** Identity and version of a schedule as last read: what a write must still find. */
export interface ScheduleVersion {
  readonly id: string;
  readonly seq: number;
  readonly version: number;
}

/** Counters of a schedule that never fired. */
export const zeroCounters: ScheduleCounters = { runs: 0, late: 0, missed: 0, coalesced: 0, skipped: 0 };
