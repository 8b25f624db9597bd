import type { NewJob } from "../../model/job_record.ts";
import type { Serializer } from "../../serializers/serializer.ts";
import { Temporal } from "../../time/temporal.ts";
import { type History, type RecordedRun, runError, runState } from "./history.ts";
import { inputOf } from "./test_run.ts";

/** Number of rows of the history that a failed assertion shows. */
const ROWS_MAX = 20;

/** The history as a table: the latest runs, and the jobs that were added and have not run. */
export function timelineTable(history: History, timeZone: string, serializer: Serializer): string {
  const rows = [
    ...history.runs.map((run) => runRow(run, timeZone, serializer)),
    ...[...history.waiting].map((job) => waitingRow(job, timeZone)),
  ];
  if (rows.length === 0) return "Nothing has run and nothing was added.";
  const shown = rows.slice(-ROWS_MAX);
  const left = rows.length - shown.length;
  const table = textTable([["time", "task", "from", "attempt", "input", "outcome"], ...shown]);
  return left > 0 ? `(${left} earlier left out)\n${table}` : table;
}

function runRow(run: RecordedRun, timeZone: string, serializer: Serializer): readonly string[] {
  const { job } = run;
  const message = runError(run)?.message;
  return [
    localTime(job.startedAtMs ?? 0, timeZone),
    job.taskName,
    job.scheduleId ?? `job ${shortText(job.id, 20)}`,
    String(job.attempt),
    shortText(inputOf(run, serializer)),
    message === undefined ? runState(run) : `${runState(run)}: ${shortText(message, 60)}`,
  ];
}

function waitingRow(job: NewJob, timeZone: string): readonly string[] {
  const time = job.runAtMs === null ? "" : localTime(job.runAtMs, timeZone);
  return [time, job.taskName, job.scheduleId ?? `job ${shortText(job.id, 20)}`, "", "", "has not run"];
}

function localTime(epochMs: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
  const smallestUnit = epochMs % 1000 === 0 ? "second" : "millisecond";
  return local.toPlainDateTime().toString({ smallestUnit }).replace("T", " ");
}

/** Lines with aligned columns; the first row is the heading. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
  return rows.map(line).join("\n");
}

/** A value on one short line. */
export function shortText(value: unknown, longest = 40): string {
  const text = (typeof value === "string" ? value : inOneLine(value)).replace(/\s+/g, " ");
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function inOneLine(value: unknown): string {
  if (value === undefined) return "";
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
