import type { JsonValue, Metadata } from "../../model/payload.ts";
import type { CoalescePolicy, OverlapPolicy, ScheduleStatus } from "../../model/states.ts";
import type { Schedule, ScheduleCounts } from "../../scheduler/views/schedule.ts";
import { type JsonBudget, jsonValueOf } from "./json_value.ts";

/** A schedule as JSON. Instants are ISO strings; unknown values are null. */
export interface ScheduleBody {
  readonly id: string;
  readonly taskName: string;
  readonly description: string | null;
  readonly group: string | null;
  /** The trigger's JSON form; null when the stored one cannot be read. */
  readonly trigger: JsonValue;
  readonly coalesce: CoalescePolicy;
  readonly overlap: OverlapPolicy;
  readonly maxRuns: number | null;
  readonly maxRunningJobs: number | null;
  readonly metadata: Metadata;
  readonly paused: boolean;
  readonly status: ScheduleStatus;
  /** The reason of the status `failed`. */
  readonly error: string | null;
  readonly anchor: string;
  readonly nextFireTime: string | null;
  readonly lastFireTime: string | null;
  readonly counters: ScheduleCounts;
}

/** Returns a schedule as JSON; the schedules of one response share a budget. */
export function scheduleBody(schedule: Schedule, budget?: JsonBudget): ScheduleBody {
  return {
    id: schedule.id,
    taskName: schedule.taskName,
    description: schedule.description ?? null,
    group: schedule.group ?? null,
    trigger: jsonValueOf(schedule.trigger ?? null, budget),
    coalesce: schedule.coalesce,
    overlap: schedule.overlap,
    maxRuns: schedule.maxRuns ?? null,
    maxRunningJobs: schedule.maxRunningJobs ?? null,
    metadata: jsonValueOf(schedule.metadata, budget) as Metadata,
    paused: schedule.paused,
    status: schedule.status,
    error: schedule.error ?? null,
    anchor: schedule.anchor.toString(),
    nextFireTime: schedule.nextFireTime?.toString() ?? null,
    lastFireTime: schedule.lastFireTime?.toString() ?? null,
    counters: schedule.counters,
  };
}
