import {
  type AttemptRecord,
  ATTEMPTS_MAX,
  attemptsOf,
  currentAttempt,
  keptLogLines,
  leftAttempt,
  type LogBatch,
  type StoredAttempt,
  type StoredLogLine,
} from "../../model/job_history.ts";
import type { JobRecord, JobTransition } from "../../model/job_record.ts";
import type { JobTable } from "./job_table.ts";

/** Number of starts of schedulers that are remembered by name. */
const NAMES_MAX = 10_000;

/** The history of jobs' runs, by the identity of the job. */
export class JobHistories {
  readonly #attempts = new Map<number, readonly StoredAttempt[]>();
  readonly #logs = new Map<number, readonly StoredLogLine[]>();
  readonly #names = new Map<number, string>();

  /** Of how many jobs it remembers something. */
  get size(): number {
    return this.#attempts.size + this.#logs.size;
  }

  /** Remembers who an incarnation is. */
  noteName(incarnation: number, name: string): void {
    this.#names.set(incarnation, name);
    this.#names.delete(incarnation - NAMES_MAX);
  }

  /** Notes that a run leaves its job unfinished. */
  noteLeft(job: JobRecord, transition: JobTransition, nowMs: number): void {
    this.#note(job, leftAttempt(job, transition, nowMs));
  }

  /** Notes the attempt that finished a job which is about to be tried again. */
  noteRetried(job: JobRecord): void {
    if (job.state === "finished") this.#note(job, currentAttempt(job));
  }

  /** The attempts of a job. */
  attemptsOf(job: JobRecord): readonly AttemptRecord[] {
    const stored = (this.#attempts.get(job.seq) ?? [])
      .map((attempt) => ({ ...attempt, ownerName: this.#nameOf(attempt.owner) }));
    return attemptsOf(job, this.#nameOf(job.owner), stored);
  }

  /** Adds lines to the log of a job that is there. */
  addLines({ jobSeq, claimNumber, part, lines }: LogBatch): void {
    const before = this.#logs.get(jobSeq) ?? [];
    const last = before.findLast((one) => one.claimNumber === claimNumber && one.part === part)?.line ?? 0;
    const ordinal = (before.at(-1)?.ordinal ?? 0) + 1;
    const added = lines.filter(({ line }) => line > last)
      .map((line, index) => Object.freeze({ ...line, ordinal: ordinal + index, claimNumber, part }));
    this.#logs.set(jobSeq, Object.freeze(keptLogLines([...before, ...added])));
  }

  /** The log of a job. */
  linesOf(job: JobRecord): readonly StoredLogLine[] {
    return this.#logs.get(job.seq) ?? [];
  }

  /** Forgets a job that is gone. */
  delete(job: JobRecord): void {
    this.#attempts.delete(job.seq);
    this.#logs.delete(job.seq);
  }

  #nameOf(owner: number | null): string | null {
    return owner === null ? null : this.#names.get(owner) ?? null;
  }

  #note(job: JobRecord, attempt: StoredAttempt | undefined): void {
    if (attempt === undefined) return;
    const before = this.#attempts.get(job.seq) ?? [];
    if (before.some((one) => one.claimNumber === attempt.claimNumber)) return;
    const kept = before.filter((one) => one.claimNumber > attempt.claimNumber - ATTEMPTS_MAX);
    this.#attempts.set(job.seq, [...kept, Object.freeze(attempt)]);
  }
}

/** The parts of the state about histories. */
interface HistoryState {
  readonly jobs: JobTable;
  readonly histories: JobHistories;
}

/** The attempts of a job. */
export function getAttempts(state: HistoryState, jobId: string): readonly AttemptRecord[] | undefined {
  const job = state.jobs.byId(jobId);
  return job && state.histories.attemptsOf(job);
}

/** Adds lines to the logs of jobs that are there. */
export function putLogs(state: HistoryState, batches: readonly LogBatch[]): void {
  for (const batch of batches) if (state.jobs.get(batch.jobSeq)) state.histories.addLines(batch);
}

/** The log of a job. */
export function getLogs(state: HistoryState, jobId: string): readonly StoredLogLine[] | undefined {
  const job = state.jobs.byId(jobId);
  return job && state.histories.linesOf(job);
}
