import { scheduleLimit } from "../../../model/decisions.ts";
import {
  type SchedulePolicies,
  type ScheduleRecord,
  type ScheduleWrite,
  zeroCounters,
} from "../../../model/schedule_record.ts";
import { scheduleStatuses } from "../../../model/states.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { type Columns, columnsOf } from "../../shared/columns.ts";

/** The policies of a schedule whose own cannot be read: those that do the least. */
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

/** The fields of a schedule, each with its column. What may be long comes last. */
export const scheduleColumns: Columns<Omit<ScheduleRecord, "undecodable">> = columnsOf((row) => ({
  seq: row.integer("seq"),
  id: row.text("id"),
  version: row.integer("version"),
  taskName: row.text("task_name"),
  paused: row.boolean("paused"),
  status: row.word("status", scheduleStatuses, "failed"),
  nextFireTimeMs: row.optionalInteger("next_fire"),
  lastFireTimeMs: row.optionalInteger("last_fire"),
  lastFinishedMs: row.optionalInteger("last_finished"),
  advancedAtMs: row.integer("advanced_at"),
  needsPlanning: row.boolean("needs_planning"),
  followsFinish: row.boolean("follows_finish"),
  generatedId: row.boolean("generated_id"),
  anchorMs: row.integer("anchor"),
  createdAtMs: row.integer("created_at"),
  updatedAtMs: row.integer("updated_at"),
  failedRuns: row.integer("failed_runs"),
  group: row.optionalText("group_name"),
  description: row.optionalText("description"),
  error: row.optionalText("error"),
  counters: row.json("counters", zeroCounters),
  policies: row.json("policies", unreadablePolicies),
  trigger: row.json("trigger", { kind: "undecodable" }),
  formerTrigger: row.optionalJson("former_trigger"),
  metadata: row.json("metadata", {}),
  input: row.optionalText("input"),
}));

/** Reads a schedule from its cell. Never throws: what cannot be read is described by `undecodable`. */
export function decodeSchedule(cell: SqlValue): ScheduleRecord {
  const schedule = scheduleColumns.decode(cell);
  return { ...schedule, counters: { ...zeroCounters, ...schedule.counters } };
}

/** The fields of a schedule that a write sets. */
const writtenFields = [
  "generatedId",
  "taskName",
  "description",
  "group",
  "trigger",
  "formerTrigger",
  "input",
  "policies",
  "metadata",
  "paused",
  "status",
  "error",
  "anchorMs",
  "nextFireTimeMs",
  "advancedAtMs",
  "lastFireTimeMs",
  "followsFinish",
  "needsPlanning",
  "counters",
] as const satisfies readonly (keyof ScheduleWrite)[];

/** The columns that a write sets, in the order of `scheduleRow`. */
export const writtenColumns: readonly string[] = [
  ...writtenFields.map((field) => scheduleColumns.of[field].name),
  "max_running",
];

/** The values that a write sets. */
export function scheduleRow(schedule: ScheduleWrite): readonly SqlValue[] {
  const { overlap, maxRunningJobs } = schedule.policies;
  return [
    ...writtenFields.map((field) => scheduleColumns.of[field].write(schedule[field])),
    scheduleLimit(overlap, maxRunningJobs),
  ];
}
