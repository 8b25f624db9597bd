import {
  type ChangeRecord,
  type JobFinishedFacts,
  type ScheduleChangeFacts,
  scheduleChangeTypes,
  type TaskChangeFacts,
  taskChangeTypes,
} from "../../../model/change_record.ts";
import { jobOutcomes } from "../../../model/states.ts";
import { type Columns, columnsOf } from "../../shared/columns.ts";
import type { SqlValue } from "../../shared/driver.ts";

/** A change as stored: a row has a column for every fact that any change has, and `subject` for whose change it is. */
interface StoredChange
  extends
    Omit<JobFinishedFacts, "type" | "jobId" | "attempt" | "error">,
    Pick<ScheduleChangeFacts, "nextFireTimeMs" | "error"> {
  readonly seq: number;
  readonly atMs: number;
  readonly type: ChangeRecord["type"];
  readonly subject: string;
  readonly attempt: number | null;
}

const changeTypes = [...taskChangeTypes, ...scheduleChangeTypes, "jobFinished"] as const;

const changeColumns: Columns<StoredChange> = columnsOf((row) => ({
  seq: row.integer("seq"),
  atMs: row.integer("at"),
  type: row.word("type", changeTypes, "taskUpdated"),
  subject: row.text("subject"),
  taskName: row.text("task_name"),
  scheduleId: row.optionalText("schedule_id"),
  fireTimeMs: row.optionalInteger("fire_time"),
  attempt: row.optionalInteger("attempt"),
  outcome: row.optionalWord("outcome", jobOutcomes) ?? "error",
  durationMs: row.optionalInteger("duration"),
  latenessMs: row.optionalInteger("lateness"),
  nextFireTimeMs: row.optionalInteger("next_fire"),
  error: row.optionalText("error"),
}));

/** The expression for one change in one cell. */
export function changeCell(table: string): string {
  return changeColumns.cell(table);
}

/** Reads a change from its cell; an error that cannot be read is left out. */
export function decodeChange(cell: SqlValue): ChangeRecord {
  const { seq, atMs, type, subject, taskName, nextFireTimeMs, error, ...facts } = changeColumns.decode(cell);
  if (type === "jobFinished") {
    const { scheduleId, fireTimeMs, outcome, durationMs, latenessMs } = facts;
    const attempt = facts.attempt ?? 0;
    return {
      seq,
      atMs,
      type,
      jobId: subject,
      taskName,
      scheduleId,
      fireTimeMs,
      attempt,
      outcome,
      durationMs,
      latenessMs,
      error: errorFrom(error),
    };
  }
  if (isTaskChange(type)) return { seq, atMs, type, taskName };
  return { seq, atMs, type, scheduleId: subject, taskName, nextFireTimeMs, error };
}

function isTaskChange(
  type: TaskChangeFacts["type"] | ScheduleChangeFacts["type"],
): type is TaskChangeFacts["type"] {
  return (taskChangeTypes as readonly string[]).includes(type);
}

function errorFrom(text: string | null): JobFinishedFacts["error"] {
  if (text === null) return null;
  try {
    return JSON.parse(text) as JobFinishedFacts["error"];
  } catch {
    return null;
  }
}
