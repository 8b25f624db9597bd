import { scheduleLimit } from "../../../model/decisions.ts";
import {
  type SchedulePolicies,
  type ScheduleRecord,
  type ScheduleWrite,
  zeroCounters,
} from "../../../model/schedule_record.ts";
import type { ScheduleStatus } from "../../../model/states.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { CellReader } from "../../shared/cell_reader.ts";

const statuses: readonly ScheduleStatus[] = ["active", "finished", "failed"];

/** What holds for a schedule whose policies cannot be read: one that does the least. */
const unreadablePolicies: SchedulePolicies = {
  coalesce: "latest",
  overlap: "queueOne",
  jitterMs: 0,
  spreadMs: 0,
  maxRuns: null,
  maxRunningJobs: null,
  concurrencyKey: null,
  rateKey: null,
  overrides: {},
};

/** The columns of a schedule's cell, in the order `decodeSchedule` reads them. */
const columns = [
  "seq",
  "version",
  "created_at",
  "updated_at",
  "failed_runs",
  "id",
  "generated_id",
  "task_name",
  "description",
  "group_name",
  "trigger",
  "input",
  "policies",
  "metadata",
  "paused",
  "status",
  "error",
  "anchor",
  "next_fire",
  "last_fire",
  "last_finished",
  "follows_finish",
  "needs_planning",
  "counters",
] as const;

/** The expression for one schedule in one cell. */
export function scheduleCell(table: string): string {
  return `json_array(${columns.map((column) => `${table}.${column}`).join(", ")})`;
}

/** Reads a schedule from its cell. Never throws: what cannot be read is said in `undecodable`. */
export function decodeSchedule(cell: SqlValue): ScheduleRecord {
  const reader = new CellReader(cell);
  const record = {
    seq: reader.next<number>(),
    version: reader.next<number>(),
    createdAtMs: reader.next<number>(),
    updatedAtMs: reader.next<number>(),
    failedRuns: reader.next<number>(),
    id: reader.next<string>(),
    generatedId: reader.nextBoolean(),
    taskName: reader.next<string>(),
    description: reader.next<string | null>(),
    group: reader.next<string | null>(),
    trigger: reader.nextJSON("trigger", { kind: "undecodable" }),
    input: reader.next<string | null>(),
    policies: reader.nextJSON("policies", unreadablePolicies),
    metadata: reader.nextJSON("metadata", {}),
    paused: reader.nextBoolean(),
    status: reader.nextWord("status", statuses, "failed"),
    error: reader.next<string | null>(),
    anchorMs: reader.next<number>(),
    nextFireTimeMs: reader.next<number | null>(),
    lastFireTimeMs: reader.next<number | null>(),
    lastFinishedMs: reader.next<number | null>(),
    followsFinish: reader.nextBoolean(),
    needsPlanning: reader.nextBoolean(),
    counters: { ...zeroCounters, ...reader.nextJSON("counters", zeroCounters) },
  };
  return { ...record, ...reader.undecodable };
}

/** The columns that a write sets, in the order of `scheduleRow`. */
export const writtenColumns = [
  "generated_id",
  "task_name",
  "description",
  "group_name",
  "trigger",
  "input",
  "policies",
  "metadata",
  "paused",
  "status",
  "error",
  "anchor",
  "next_fire",
  "last_fire",
  "follows_finish",
  "needs_planning",
  "counters",
  "max_running",
] as const;

/** What a write sets, as a row of values. */
export function scheduleRow(schedule: ScheduleWrite): readonly SqlValue[] {
  const { policies } = schedule;
  return [
    schedule.generatedId ? 1 : 0,
    schedule.taskName,
    schedule.description,
    schedule.group,
    JSON.stringify(schedule.trigger),
    schedule.input,
    JSON.stringify(policies),
    JSON.stringify(schedule.metadata),
    schedule.paused ? 1 : 0,
    schedule.status,
    schedule.error,
    schedule.anchorMs,
    schedule.nextFireTimeMs,
    schedule.lastFireTimeMs,
    schedule.followsFinish ? 1 : 0,
    schedule.needsPlanning ? 1 : 0,
    JSON.stringify(schedule.counters),
    scheduleLimit(policies.overlap, policies.maxRunningJobs),
  ];
}
