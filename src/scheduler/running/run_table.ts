import type { JobRun } from "./job_run.ts";

/** What is known when runs are over. */
export interface RunsOver {
  /** Whether the step that wrote their ends has taken already what may start in their place. */
  readonly claimed: boolean;
}

/** The runs of now. A job that was taken over and came back may have two: one that ignores its signal, and a new one. */
export class RunTable {
  readonly #all = new Set<JobRun>();
  /** The latest run of each row. */
  readonly #bySeq = new Map<number, JobRun>();
  /** Those whose ends are just being written by a step that also takes jobs in their place. */
  readonly #leaving = new Set<JobRun>();
  readonly #onOver: (runs: readonly JobRun[], over: RunsOver) => void;

  /** `onOver` is called with runs that are over. */
  constructor(onOver: (runs: readonly JobRun[], over: RunsOver) => void) {
    this.#onOver = onOver;
  }

  get size(): number {
    return this.#all.size;
  }

  /** How many keep their places for now. */
  get staying(): number {
    return this.#all.size - this.#leaving.size;
  }

  /** The latest run of a job that runs here. */
  get(seq: number): JobRun | undefined {
    return this.#bySeq.get(seq);
  }

  /** Whether a job of this id runs here. */
  has(jobId: string): boolean {
    for (const { job } of this.#all) if (job.id === jobId) return true;
    return false;
  }

  /** All runs of now. */
  all(): readonly JobRun[] {
    return [...this.#all];
  }

  /** Notes a run, until it is over. */
  add(run: JobRun): void {
    this.#all.add(run);
    this.#bySeq.set(run.job.seq, run);
  }

  /** Whether the place of a run is given to another in the step that writes its end. */
  isLeaving(run: JobRun): boolean {
    return this.#leaving.has(run);
  }

  /** The places of these runs go to others in the step that writes their ends. */
  leave(runs: Iterable<JobRun>): void {
    for (const run of runs) this.#leaving.add(run);
  }

  /** They keep their places after all. */
  stay(runs: Iterable<JobRun>): void {
    for (const run of runs) this.#leaving.delete(run);
  }

  /** Notes that runs and the writing of their ends are over. */
  over(runs: readonly JobRun[], over: RunsOver = { claimed: false }): void {
    for (const run of runs) {
      this.#all.delete(run);
      this.#leaving.delete(run);
      if (this.#bySeq.get(run.job.seq) === run) this.#bySeq.delete(run.job.seq);
    }
    this.#onOver(runs, over);
    for (const run of runs) run.over();
  }

  /** Resolves when everything that runs now is over. */
  async settled(): Promise<void> {
    await Promise.all(this.all().map((run) => run.done));
  }
}
