import type { JobRecord, NewJob } from "../../model/job_record.ts";
import { jobOutcomes, type JobState, jobStates } from "../../model/states.ts";
import type { SqlValue } from "../driver.ts";
import { CellReader } from "./cell_reader.ts";

/** The columns of a job's cell, in the order `decodeJob` reads them; `state` is first, so that it can be replaced. */
const columns = [
  "seq",
  "id",
  "task_name",
  "task_version",
  "schedule_seq",
  "schedule_id",
  "fire_time",
  "outcome",
  "run_at",
  "priority",
  "input",
  "overrides",
  "metadata",
  "start_deadline",
  "attempt",
  "claim_number",
  "owner",
  "lost_leases",
  "cancel_requested",
  "progress",
  "parked_reason",
  "created_at",
  "started_at",
  "finished_at",
  "expires_at",
  "value",
  "error",
] as const;

/** The expression for one job in one cell; `state` is what is shown as its state. */
export function jobCell(table: string, state = `${table}.state`): string {
  return `json_array(${[state, ...columns.map((column) => `${table}.${column}`)].join(", ")})`;
}

/** Reads a job from its cell. Never throws: what cannot be read is said in `undecodable`. */
export function decodeJob(cell: SqlValue): JobRecord {
  const reader = new CellReader(cell);
  const state = reader.nextWord<JobState>("state", jobStates, "parked");
  const record = {
    seq: reader.next<number>(),
    id: reader.next<string>(),
    taskName: reader.next<string>(),
    taskVersion: reader.next<number>(),
    scheduleSeq: reader.next<number | null>(),
    scheduleId: reader.next<string | null>(),
    fireTimeMs: reader.next<number | null>(),
    state,
    outcome: reader.nextWord("outcome", [null, ...jobOutcomes], null),
    runAtMs: reader.next<number>(),
    priority: reader.next<number>(),
    input: reader.next<string | null>(),
    overrides: reader.nextJSON("overrides", {}),
    metadata: reader.nextJSON("metadata", {}),
    startDeadlineMs: reader.next<number | null>(),
    attempt: reader.next<number>(),
    claimNumber: reader.next<number>(),
    owner: reader.next<number | null>(),
    lostLeases: reader.next<number>(),
    cancelRequested: reader.next<string | null>(),
    progress: reader.nextOptionalJSON<NonNullable<JobRecord["progress"]>>("progress"),
    parkedReason: reader.next<string | null>(),
    createdAtMs: reader.next<number>(),
    startedAtMs: reader.next<number | null>(),
    finishedAtMs: reader.next<number | null>(),
    expiresAtMs: reader.next<number | null>(),
    value: reader.next<string | null>(),
    error: reader.nextOptionalJSON<NonNullable<JobRecord["error"]>>("error"),
  };
  return { ...record, ...reader.undecodable };
}

/** A new job as the row of values that the insert statement reads, in its order. */
export function newJobRow(job: NewJob, firstOfSchedule: boolean): readonly SqlValue[] {
  return [
    job.id,
    job.taskName,
    job.taskVersion,
    job.scheduleSeq,
    job.scheduleId,
    job.fireTimeMs,
    job.runAtMs,
    job.priority,
    job.input,
    JSON.stringify(job.overrides),
    JSON.stringify(job.metadata),
    job.startDeadlineMs,
    firstOfSchedule ? 1 : 0,
  ];
}

/** New jobs as rows; the first one of each schedule is marked. */
export function newJobRows(jobs: readonly NewJob[]): readonly (readonly SqlValue[])[] {
  const schedules = new Set<number | null>();
  return jobs.map((job) => {
    const first = !schedules.has(job.scheduleSeq);
    schedules.add(job.scheduleSeq);
    return newJobRow(job, first);
  });
}
