import type {
  ChangeRecord,
  JobFinishedFacts,
  ScheduleChangeFacts,
  TaskChangeFacts,
} from "../../../model/change_record.ts";
import { jobOutcomes } from "../../../model/states.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { CellReader } from "../../shared/cell_reader.ts";

const columns = [
  "seq",
  "at",
  "type",
  "subject",
  "task_name",
  "next_fire",
  "error",
  "schedule_id",
  "fire_time",
  "attempt",
  "outcome",
  "duration",
  "lateness",
] as const;

/** The expression for one change in one cell. */
export const changeCell = `json_array(${columns.join(", ")})`;

/** Reads a change from its cell; an error that cannot be read is left out. */
export function decodeChange(cell: SqlValue): ChangeRecord {
  const reader = new CellReader(cell);
  const seq = reader.next<number>();
  const atMs = reader.next<number>();
  const type = reader.next<ChangeRecord["type"]>();
  const subject = reader.next<string>();
  const taskName = reader.next<string>();
  const nextFireTimeMs = reader.next<number | null>();
  if (type.startsWith("task")) return { seq, atMs, type: type as TaskChangeFacts["type"], taskName };
  if (type !== "jobFinished") {
    const error = reader.next<string | null>();
    return {
      seq,
      atMs,
      type: type as ScheduleChangeFacts["type"],
      scheduleId: subject,
      taskName,
      nextFireTimeMs,
      error,
    };
  }
  const error = reader.nextOptionalJSON<NonNullable<JobFinishedFacts["error"]>>("error");
  return {
    seq,
    atMs,
    type,
    jobId: subject,
    taskName,
    scheduleId: reader.next<string | null>(),
    fireTimeMs: reader.next<number | null>(),
    attempt: reader.next<number>(),
    outcome: reader.nextWord("outcome", jobOutcomes, "error"),
    durationMs: reader.next<number | null>(),
    latenessMs: reader.next<number | null>(),
    error,
  };
}
