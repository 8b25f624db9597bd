/** The history of a job's runs: its attempts, and the lines of its log. */
import type { JobRecord, JobTransition, StoredError } from "./job_record.ts";
import type { LogLevel } from "./logger.ts";
import type { JobOutcome } from "./states.ts";

/** Number of attempts of one job that are kept; then the oldest go. */
export const ATTEMPTS_MAX = 100;
/** Number of lines of one job's log that are kept; then the oldest go. */
export const LOG_LINES_MAX = 1000;
/** Number of bytes of one job's log that are kept, messages and fields together. */
export const LOG_BYTES_MAX = 262_144;

/** All outcomes of an attempt after which its job continues. */
export const leavingOutcomes = ["handedBack", "leaseLost", "snoozed", "parked"] as const;

/** The outcome of an attempt: as its job did, or so that the job continues. */
export type AttemptOutcome = JobOutcome | (typeof leavingOutcomes)[number];

/** One time that a scheduler took a job. */
export interface AttemptRecord {
  /** Number of the claim: grows with every attempt of the job, also after it was retried by hand. */
  readonly claimNumber: number;
  /** Number of the attempt in the retry budget. */
  readonly attempt: number;
  /** Incarnation of the scheduler that ran it. */
  readonly owner: number | null;
  /** That scheduler's name; null when it is no longer remembered. */
  readonly ownerName: string | null;
  readonly startedAtMs: number;
  /** Null while it runs. */
  readonly finishedAtMs: number | null;
  /** Null while it runs. */
  readonly outcome: AttemptOutcome | null;
  readonly error: StoredError | null;
}

/** An attempt as stored: the scheduler's name is looked up. */
export type StoredAttempt = Omit<AttemptRecord, "ownerName">;

/** The outcome of an attempt after which its job continues; undefined for the end of a job. */
export function leavingOutcome(transition: JobTransition): AttemptOutcome | undefined {
  switch (transition.to) {
    case "retry":
      return transition.outcome ?? "error";
    case "snooze":
      return "snoozed";
    case "handBack":
      return transition.lostLease ? "leaseLost" : "handedBack";
    case "parked":
      return "parked";
    case "finished":
      return undefined;
  }
}

/**
 * The attempt to be stored when a run leaves its job unfinished. The attempt that finishes a job is not stored: the
 * job's own row has it.
 */
export function leftAttempt(
  job: JobRecord,
  transition: JobTransition,
  nowMs: number,
): StoredAttempt | undefined {
  const outcome = leavingOutcome(transition);
  if (outcome === undefined) return undefined;
  const { claimNumber, attempt, owner, startedAtMs } = job;
  const error = transition.to === "retry" ? transition.error : null;
  return {
    claimNumber,
    attempt,
    owner,
    startedAtMs: startedAtMs ?? nowMs,
    finishedAtMs: nowMs,
    outcome,
    error,
  };
}

/** The attempt that the job's own row has: the one that runs, or that finished it; undefined without one. */
export function currentAttempt(job: JobRecord): StoredAttempt | undefined {
  const { state, claimNumber, attempt, owner, startedAtMs, finishedAtMs, outcome, error } = job;
  if (startedAtMs === null || (state !== "running" && state !== "finished")) return undefined;
  // The error of a running job is that of the attempt before.
  const end = state === "running"
    ? { finishedAtMs: null, outcome: null, error: null }
    : { finishedAtMs, outcome, error };
  return { claimNumber, attempt, owner, startedAtMs, ...end };
}

/** All attempts of a job that are known, oldest first: those stored, and the one of its row with its owner's name. */
export function attemptsOf(
  job: JobRecord,
  ownerName: string | null,
  stored: readonly AttemptRecord[],
): readonly AttemptRecord[] {
  const current = currentAttempt(job);
  // A job that ended while it waited (cancelled between attempts) still carries the claim of the attempt before.
  if (current === undefined || stored.some((one) => one.claimNumber === current.claimNumber)) return stored;
  return [...stored, { ...current, ownerName }];
}

/** A line of a job's log. */
export interface LogLine {
  /** Counts up from 1 in one run: who sends a line twice is known by it. */
  readonly line: number;
  readonly atMs: number;
  readonly level: LogLevel;
  readonly message: string;
  /** JSON text of an object; null without fields. */
  readonly fields: string | null;
}

/** All parts of a job that write to its log. */
export const logParts = ["run", "onFailure"] as const;

/** Lines that one run wrote, or what was called when its job had failed. */
export interface LogBatch {
  readonly jobSeq: number;
  readonly claimNumber: number;
  readonly part: (typeof logParts)[number];
  readonly lines: readonly LogLine[];
}

/** A line of a job's log as stored. */
export interface StoredLogLine extends LogLine {
  /** Counts all lines of the job that were ever stored, from 1. */
  readonly ordinal: number;
  readonly claimNumber: number;
  readonly part: LogBatch["part"];
}

/** Number of bytes that a line takes of the bound. */
export function logLineBytes({ message, fields }: LogLine): number {
  return encoder.encode(message).length + (fields === null ? 0 : encoder.encode(fields).length);
}

/** The newest lines that fit the bounds. */
export function keptLogLines<Line extends LogLine>(lines: readonly Line[]): readonly Line[] {
  let bytes = 0;
  let from = lines.length;
  while (from > 0 && lines.length - from < LOG_LINES_MAX) {
    bytes += logLineBytes(lines[from - 1]!);
    if (bytes > LOG_BYTES_MAX) break;
    from--;
  }
  return from === 0 ? lines : lines.slice(from);
}

const encoder = new TextEncoder();
