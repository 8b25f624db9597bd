import type { JobRecord, NewJob } from "../../../model/job_record.ts";
import {
  type BlockedBy,
  blockedByWords,
  jobOutcomes,
  type JobState,
  jobStates,
  parentFailurePolicies,
  type ParentFailurePolicy,
} from "../../../model/states.ts";
import type { SqlValue } from "../../shared/driver.ts";
import { CellReader } from "../../shared/cell_reader.ts";
import { groupRows, type RowGroup } from "./row_groups.ts";

/** The columns of a job's cell, in the order `decodeJob` reads them; before them comes its state, or what blocks it. */
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
  "ageing",
  "tags",
  "concurrency_key",
  "rate_key",
  "identity_key",
  "on_parent_failure",
  "added_by",
  "batch_id",
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

/** The expression for one job in one cell; `shown` is what is shown as its state. */
export function jobCell(table: string, shown = `coalesce(${table}.blocked_by, ${table}.state)`): string {
  return `json_array(${[shown, ...columns.map((column) => `${table}.${column}`)].join(", ")})`;
}

const standings: readonly (JobState | BlockedBy)[] = [...jobStates, ...blockedByWords];
const holds = new Set<string>(blockedByWords);
const storedOutcomes = [null, ...jobOutcomes];
const storedPolicies: readonly (ParentFailurePolicy | null)[] = [null, ...parentFailurePolicies];

/** Reads a job from its cell. Never throws: what cannot be read is said in `undecodable`. */
export function decodeJob(cell: SqlValue): JobRecord {
  const reader = new CellReader(cell);
  const standing = reader.nextWord<JobState | BlockedBy>("state", standings, "parked");
  const blockedBy = holds.has(standing) ? standing as BlockedBy : null;
  const record = {
    seq: reader.next<number>(),
    id: reader.next<string>(),
    taskName: reader.next<string>(),
    taskVersion: reader.next<number>(),
    scheduleSeq: reader.next<number | null>(),
    scheduleId: reader.next<string | null>(),
    fireTimeMs: reader.next<number | null>(),
    state: blockedBy === null ? standing as JobState : "blocked" as const,
    blockedBy,
    outcome: reader.nextWord("outcome", storedOutcomes, null),
    runAtMs: reader.next<number>(),
    priority: reader.next<number>(),
    ageingMs: reader.next<number | null>(),
    tags: reader.nextJSON<readonly string[]>("tags", []),
    concurrencyKey: reader.next<string | null>(),
    rateKey: reader.next<string | null>(),
    identityKey: reader.next<string | null>(),
    onParentFailure: reader.nextWord("on_parent_failure", storedPolicies, null),
    addedBy: reader.next<string | null>(),
    batchId: reader.next<string | null>(),
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
  return reader.isSound ? record : { ...record, ...reader.undecodable };
}

/** What the insert statement reads of a group of new jobs, in this order; then follow the jobs themselves. */
export const newJobGroupColumns = [
  "task_name",
  "task_version",
  "schedule_seq",
  "schedule_id",
  "fire_time",
  "run_at",
  "priority",
  "ageing",
  "tags",
  "concurrency_key",
  "rate_key",
  "identity_key",
  "start_deadline",
  "overrides",
  "metadata",
  "on_parent_failure",
  "added_by",
  "batch_id",
] as const;

/** New jobs as groups of rows of id and input. */
export function newJobGroups(jobs: readonly NewJob[]): readonly RowGroup[] {
  return groupRows(
    jobs,
    (job) => [
      job.taskName,
      job.taskVersion,
      job.scheduleSeq,
      job.scheduleId,
      job.fireTimeMs,
      job.runAtMs,
      job.priority,
      job.ageingMs,
      job.tags.length === 0 ? "[]" : JSON.stringify(job.tags),
      job.concurrencyKey,
      job.rateKey,
      job.identity?.key ?? null,
      job.startDeadlineMs,
      JSON.stringify(job.overrides),
      JSON.stringify(job.metadata),
      job.parents?.onFailure ?? null,
      job.addedBy ?? null,
      job.batchId ?? null,
    ],
    (job) => [job.id, job.input],
  );
}
