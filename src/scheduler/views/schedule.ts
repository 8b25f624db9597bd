import type { Metadata } from "../../model/payload.ts";
import type { ScheduleCounters, ScheduleRecord } from "../../model/schedule_record.ts";
import type { CoalescePolicy, OverlapPolicy, ScheduleStatus } from "../../model/states.ts";
import type { Trigger } from "../../triggers/trigger.ts";
import { triggerFromJSON } from "../../triggers/trigger_registry.ts";
import { describe } from "../../triggers/words/describe.ts";
import { instantOf } from "../../time/temporal.ts";

/** Counts of a schedule's fires and of their jobs. */
export interface ScheduleCounts extends ScheduleCounters {
  /** Jobs of the schedule that ended in anything but `success` or `cancelled`. */
  readonly failed: number;
}

/** A schedule, as returned to callers. */
export interface Schedule {
  readonly id: string;
  readonly taskName: string;
  readonly description: string | undefined;
  /** The set it belongs to (`applySchedules`). */
  readonly group: string | undefined;
  /** Its trigger; undefined if the stored one cannot be read (see `error`). */
  readonly trigger: Trigger | undefined;
  readonly coalesce: CoalescePolicy;
  readonly overlap: OverlapPolicy;
  readonly maxRuns: number | undefined;
  readonly maxRunningJobs: number | undefined;
  readonly metadata: Metadata;
  readonly paused: boolean;
  readonly status: ScheduleStatus;
  /** Reason of the status `failed`. */
  readonly error: string | undefined;
  /** Instant at which it was first stored, from which its trigger counts. */
  readonly anchor: Temporal.Instant;
  readonly nextFireTime: Temporal.Instant | undefined;
  readonly lastFireTime: Temporal.Instant | undefined;
  /** Number of its fires that became jobs (and that were late), were missed, coalesced or skipped, and of failed jobs. */
  readonly counters: ScheduleCounts;
}

/** A stored schedule as returned to callers. */
export function scheduleView(record: ScheduleRecord): Schedule {
  const { policies } = record;
  const trigger = readTrigger(record);
  return {
    id: record.id,
    taskName: record.taskName,
    description: record.description ?? undefined,
    group: record.group ?? undefined,
    trigger,
    coalesce: policies.coalesce,
    overlap: policies.overlap,
    maxRuns: policies.maxRuns ?? undefined,
    maxRunningJobs: policies.maxRunningJobs ?? undefined,
    metadata: record.metadata,
    paused: record.paused,
    status: record.status,
    error: record.undecodable ?? record.error ?? undefined,
    anchor: instantOf(record.anchorMs),
    nextFireTime: instantOf(record.nextFireTimeMs),
    lastFireTime: instantOf(record.lastFireTimeMs),
    counters: { ...record.counters, failed: record.failedRuns },
  };
}

function readTrigger(record: ScheduleRecord): Trigger | undefined {
  if (record.undecodable !== undefined) return undefined;
  try {
    return triggerFromJSON(record.trigger);
  } catch {
    return undefined;
  }
}

/** A plain table of schedules, for people. */
export function schedulesTable(schedules: readonly Schedule[], timeZone: string): string {
  if (schedules.length === 0) return "There are no schedules";
  const head = ["SCHEDULE", "TASK", "NEXT FIRE", "WHEN"];
  const rows = schedules.map((one) => [one.id, one.taskName, nextFire(one, timeZone), whenText(one)]);
  const widths = head.map((title, i) =>
    rows.reduce((width, row) => Math.max(width, row[i]!.length), title.length)
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd();
  return [head, ...rows].map(line).join("\n");
}

function nextFire(schedule: Schedule, timeZone: string): string {
  if (schedule.status !== "active") return schedule.status;
  if (schedule.paused) return "paused";
  if (!schedule.nextFireTime) return "after its run";
  const zoned = schedule.nextFireTime.toZonedDateTimeISO(schedule.trigger?.timeZone ?? timeZone);
  return zoned.toString({ smallestUnit: "second" });
}

/** When a schedule fires, in one sentence. */
export function whenText({ trigger, error }: Schedule): string {
  if (!trigger) return error ?? "its trigger cannot be read";
  return describe(trigger).split(/(?<=\.)\s/)[0]!;
}
