import { jobFieldNames, type JobFields, type JobRecord, type NewJob } from "../../../model/job_record.ts";
import {
  type BlockedBy,
  blockedByWords,
  jobOutcomes,
  type JobState,
  jobStates,
  parentFailurePolicies,
} from "../../../model/states.ts";
import { type Columns, columnsOf } from "../../shared/columns.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { groupRows, type RowGroup } from "./list_text.ts";

/** A word that stands for a job's state: where it is shown, what holds it back comes in place of `blocked`. */
const stateWords = [...jobStates, ...blockedByWords] as readonly JobState[];

/** The fields of a job, each with its column. What may be long comes last. */
export const jobColumns: Columns<Omit<JobRecord, "undecodable">> = columnsOf((row) => ({
  state: row.word("state", stateWords, "parked"),
  blockedBy: row.optionalWord("blocked_by", blockedByWords),
  seq: row.integer("seq"),
  id: row.text("id"),
  taskName: row.text("task_name"),
  taskVersion: row.integer("task_version"),
  scheduleSeq: row.optionalInteger("schedule_seq"),
  scheduleId: row.optionalText("schedule_id"),
  fireTimeMs: row.optionalInteger("fire_time"),
  runAtMs: row.integer("run_at"),
  startDeadlineMs: row.optionalInteger("start_deadline"),
  priority: row.integer("priority"),
  ageingMs: row.optionalInteger("ageing"),
  tags: row.json<readonly string[]>("tags", []),
  concurrencyKey: row.optionalText("concurrency_key"),
  rateKey: row.optionalText("rate_key"),
  identityKey: row.optionalText("identity_key"),
  onParentFailure: row.optionalWord("on_parent_failure", parentFailurePolicies),
  addedBy: row.optionalText("added_by"),
  batchId: row.optionalText("batch_id"),
  attempt: row.integer("attempt"),
  claimNumber: row.integer("claim_number"),
  owner: row.optionalInteger("owner"),
  lostLeases: row.integer("lost_leases"),
  createdAtMs: row.integer("created_at"),
  startedAtMs: row.optionalInteger("started_at"),
  finishedAtMs: row.optionalInteger("finished_at"),
  expiresAtMs: row.optionalInteger("expires_at"),
  outcome: row.optionalWord("outcome", jobOutcomes),
  cancelRequested: row.optionalText("cancel_requested"),
  parkedReason: row.optionalText("parked_reason"),
  progress: row.optionalJson("progress"),
  overrides: row.json("overrides", {}),
  metadata: row.json("metadata", {}),
  error: row.optionalJson("error"),
  input: row.optionalText("input"),
  value: row.optionalText("value"),
}));

/** The expression for one job in one cell. */
export function jobCell(table: string): string {
  return jobColumns.cell(table);
}

const noPayloads = { input: "null", value: "null" };

/** The expression for one job in one cell, without its input and its result: nothing of them is read. */
export function slimJobCell(table: string): string {
  return jobColumns.cell(table, noPayloads);
}

/** Reads a job from its cell. Never throws: what cannot be read is described by `undecodable`. */
export const decodeJob: (cell: SqlValue) => JobRecord = jobColumns.decode;

/** The expression for one job `j` as it is shown: `word` is for its state, or what holds it back. */
export function shownJobCell(word: string, payloads = true): string {
  return jobColumns.cell("j", { state: word, blockedBy: "null", ...(payloads ? {} : noPayloads) });
}

/** Reads a job from the cell of {@linkcode shownJobCell}. */
export function decodeShownJob(cell: SqlValue): JobRecord {
  const job = decodeJob(cell);
  const blockedBy = job.state as string as BlockedBy;
  return blockedByWords.includes(blockedBy) ? { ...job, state: "blocked", blockedBy } : job;
}

/** The fields that jobs added together mostly share: all that are given but these. */
export const sharedFieldNames: readonly (keyof JobFields)[] = jobFieldNames
  .filter((name) => name !== "id" && name !== "input");

/** Returns the stored forms of fields of a new job. */
export function writtenFields(job: NewJob, names: readonly (keyof JobFields)[]): SqlValue[] {
  return names.map((name) => jobColumns.of[name].write(job[name]));
}

/** The columns of fields. */
export function columnNames(names: readonly (keyof JobFields)[]): readonly string[] {
  return names.map((name) => jobColumns.of[name].name);
}

/** The columns of a group of new jobs, in this order; then follow the jobs themselves, as rows of id and input. */
export const newJobGroupColumns: readonly string[] = [
  ...columnNames(sharedFieldNames),
  "run_at",
  "identity_key",
  "on_parent_failure",
  "added_by",
  "batch_id",
];

/** New jobs as groups of rows. */
export function newJobGroups(jobs: readonly NewJob[]): readonly RowGroup[] {
  return groupRows(
    jobs,
    (job) => [
      ...writtenFields(job, sharedFieldNames),
      job.runAtMs,
      job.identity?.key ?? null,
      job.parents?.onFailure ?? null,
      job.addedBy ?? null,
      job.batchId ?? null,
    ],
    (job) => [job.id, job.input],
  );
}
