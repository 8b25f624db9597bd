import type { JobRun } from "./job_run.ts";

/** The runs of now. A job that was taken over and came back may have two: one that ignores its signal, and a new one. */
export class RunTable {
  readonly #all = new Set<JobRun>();
  /** The latest run of each row. */
  readonly #bySeq = new Map<number, JobRun>();
  readonly #onOver: (runs: readonly JobRun[]) => void;

  /** `onOver` is called with runs that are over. */
  constructor(onOver: (runs: readonly JobRun[]) => void) {
    this.#onOver = onOver;
  }

  get size(): number {
    return this.#all.size;
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

  /** Notes that runs and the writing of their ends are over. */
  over(runs: readonly JobRun[]): void {
    for (const run of runs) {
      this.#all.delete(run);
      if (this.#bySeq.get(run.job.seq) === run) this.#bySeq.delete(run.job.seq);
    }
    this.#onOver(runs);
    for (const run of runs) run.over();
  }

  /** Resolves when everything that runs now is over. */
  async settled(): Promise<void> {
    await Promise.all(this.all().map((run) => run.done));
  }
}
