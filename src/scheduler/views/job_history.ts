import type { AttemptOutcome, AttemptRecord, StoredLogLine } from "../../model/job_history.ts";
import type { StoredError } from "../../model/job_record.ts";
import { instantOf } from "../../time/temporal.ts";

/** One time that a scheduler took a job. */
export interface JobAttempt {
  /** Counts all attempts of the job, from 1, whatever their budget. */
  readonly number: number;
  /** Its number in the retry budget, which begins anew when a job is retried by hand. */
  readonly attempt: number;
  /** Name of the scheduler that ran it; undefined when it is no longer remembered. */
  readonly scheduler: string | undefined;
  readonly startedAt: Temporal.Instant;
  /** Undefined while it runs. */
  readonly finishedAt: Temporal.Instant | undefined;
  /** Outcome of the job, or of an attempt after which the job continued; undefined while it runs. */
  readonly outcome: AttemptOutcome | undefined;
  /** Error that it ended with, if it failed. */
  readonly error: StoredError | undefined;
}

/** A line of a job's log. */
export interface JobLogLine {
  readonly at: Temporal.Instant;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Number of the attempt that wrote it (`JobAttempt.number`). */
  readonly attempt: number;
  /** Written by `onFailure`, not by the task itself. */
  readonly onFailure: boolean;
}

/** The log of a job, oldest line first. */
export interface JobLogs {
  readonly lines: readonly JobLogLine[];
  /** Number of lines that are missing because the log outgrew its bounds: first those before `lines`. */
  readonly dropped: number;
}

/** An attempt as returned to callers. */
export function attemptView(record: AttemptRecord): JobAttempt {
  return {
    number: record.claimNumber,
    attempt: record.attempt,
    scheduler: record.ownerName ?? undefined,
    startedAt: instantOf(record.startedAtMs),
    finishedAt: instantOf(record.finishedAtMs),
    outcome: record.outcome ?? undefined,
    error: record.error ?? undefined,
  };
}

/** A log as returned to callers. */
export function logsView(stored: readonly StoredLogLine[]): JobLogs {
  const lines = stored.map((line) => ({
    at: instantOf(line.atMs),
    level: line.level,
    message: line.message,
    fields: fieldsOf(line),
    attempt: line.claimNumber,
    onFailure: line.part === "onFailure",
  }));
  return { lines, dropped: droppedLines(stored) };
}

/** Those that the store let go, and those that were never stored because they came faster than could be written. */
function droppedLines(stored: readonly StoredLogLine[]): number {
  const lastOfRun = new Map<string, number>();
  let dropped = 0;
  for (const [index, { ordinal, claimNumber, part, line }] of stored.entries()) {
    const run = `${claimNumber} ${part}`;
    const missing = line - (lastOfRun.get(run) ?? 0) - 1;
    dropped += index === 0 ? Math.max(ordinal - 1, missing) : missing;
    lastOfRun.set(run, line);
  }
  return dropped;
}

function fieldsOf({ fields }: StoredLogLine): Readonly<Record<string, unknown>> {
  try {
    return fields === null ? {} : JSON.parse(fields);
  } catch {
    return {};
  }
}
