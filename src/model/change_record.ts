import type { JobRecord, StoredError } from "./job_record.ts";
import type { ScheduleRecord } from "./schedule_record.ts";
import type { JobOutcome } from "./states.ts";
import type { TaskRecord } from "./task_record.ts";

/** A change, noted by the store in the very step that makes it; `seq` grows in the order of the commits. */
export type ChangeRecord = NewChange & { readonly seq: number };

/** A change that has no number yet. */
export type NewChange =
  & { readonly atMs: number }
  & (TaskChangeFacts | ScheduleChangeFacts | JobFinishedFacts);

/** All changes of tasks. */
export const taskChangeTypes = [
  "taskAdded",
  "taskUpdated",
  "taskRemoved",
  "taskPaused",
  "taskResumed",
] as const;

/** All changes of schedules. That one fired is none of them: its jobs show that. */
export const scheduleChangeTypes = [
  "scheduleAdded",
  "scheduleUpdated",
  "schedulePaused",
  "scheduleResumed",
  "scheduleRemoved",
  /** No fire is left. */
  "scheduleFinished",
  /** Its trigger threw or cannot be read; it no longer fires until that is corrected. */
  "scheduleFailed",
] as const;

/** A change of a task. */
export interface TaskChangeFacts {
  readonly type: (typeof taskChangeTypes)[number];
  readonly taskName: string;
}

/** A change of a schedule. */
export interface ScheduleChangeFacts {
  readonly type: (typeof scheduleChangeTypes)[number];
  readonly scheduleId: string;
  readonly taskName: string;
  readonly nextFireTimeMs: number | null;
  readonly error: string | null;
}

/** A job has ended. */
export interface JobFinishedFacts {
  readonly type: "jobFinished";
  readonly jobId: string;
  readonly taskName: string;
  readonly scheduleId: string | null;
  readonly fireTimeMs: number | null;
  readonly attempt: number;
  readonly outcome: JobOutcome;
  /** The duration of the last attempt; null when it never started. */
  readonly durationMs: number | null;
  /** The time from its `runAt` to the start of the last attempt; null when it never started. */
  readonly latenessMs: number | null;
  readonly error: StoredError | null;
}

/** The time for which changes are kept for readers that come back. */
export const CHANGES_KEPT_MS = 86_400_000;
/** The most changes that are kept; about 100 bytes each. */
export const CHANGES_MAX = 1_000_000;

/** The change that is noted of a job that ends. */
export function jobChange(before: JobRecord, after: JobRecord): NewChange {
  const { id: jobId, taskName, scheduleId, fireTimeMs, attempt, startedAtMs, error } = after;
  const atMs = after.finishedAtMs ?? 0;
  return {
    atMs,
    type: "jobFinished",
    jobId,
    taskName,
    scheduleId,
    fireTimeMs,
    attempt,
    outcome: after.outcome ?? "error",
    durationMs: before.state === "running" ? Math.max(0, atMs - (startedAtMs ?? atMs)) : null,
    latenessMs: startedAtMs === null ? null : Math.max(0, startedAtMs - after.runAtMs),
    error,
  };
}

/** The changes that are noted when a schedule is written; `before` is undefined for a new one. */
export function scheduleChanges(
  before: ScheduleRecord | undefined,
  after: ScheduleRecord,
): readonly NewChange[] {
  if (before === undefined) return [scheduleChange("scheduleAdded", after, after.updatedAtMs)];
  const changes: NewChange[] = [];
  const note = (type: ScheduleChangeFacts["type"]) =>
    changes.push(scheduleChange(type, after, after.updatedAtMs));
  if (before.paused !== after.paused) note(after.paused ? "schedulePaused" : "scheduleResumed");
  else if (!sameDefinition(before, after)) note("scheduleUpdated");
  if (before.status !== after.status && after.status !== "active") {
    note(after.status === "failed" ? "scheduleFailed" : "scheduleFinished");
  }
  return changes;
}

/** The change that is noted of a schedule. */
export function scheduleChange(
  type: ScheduleChangeFacts["type"],
  { id: scheduleId, taskName, nextFireTimeMs, error }: ScheduleRecord,
  atMs: number,
): NewChange {
  return { atMs, type, scheduleId, taskName, nextFireTimeMs, error };
}

/** The changes that are noted when a task is written; `before` is undefined for a new one. */
export function taskChanges(
  before: TaskDefinition | undefined,
  after: TaskDefinition,
  atMs: number,
): readonly NewChange[] {
  const taskName = after.name;
  if (before === undefined) return [{ atMs, type: "taskAdded", taskName }];
  const changes: NewChange[] = [];
  if (before.paused !== after.paused) {
    changes.push({ atMs, type: after.paused ? "taskPaused" : "taskResumed", taskName });
  }
  const text = (task: TaskDefinition) => JSON.stringify({ ...task, paused: false });
  if (text(before) !== text(after)) changes.push({ atMs, type: "taskUpdated", taskName });
  return changes;
}

type TaskDefinition = Omit<TaskRecord, "runningJobs">;

function sameDefinition(before: ScheduleRecord, after: ScheduleRecord): boolean {
  // That a schedule moves on is most of what is ever written, and changes none of these.
  const same = (name: keyof ScheduleRecord) => before[name] === after[name];
  return definitionKeys.every(same) || definition(before) === definition(after);
}

const definitionKeys = [
  "taskName",
  "trigger",
  "policies",
  "input",
  "metadata",
  "description",
  "group",
  "anchorMs",
] as const;

function definition(schedule: ScheduleRecord): string {
  return JSON.stringify(definitionKeys.map((name) => schedule[name]));
}
