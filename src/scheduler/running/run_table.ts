import type { JobRecord } from "../../model/job_record.ts";
import type { LeasedRuns } from "../leases/lease.ts";
import type { JobRun } from "./job_run.ts";

/**
 * The current runs. A job that was taken over and came back may have two: one that ignores its signal, and a new one.
 */
export class RunTable implements LeasedRuns {
  readonly #all = new Set<JobRun>();
  /** The latest run of each row. */
  readonly #bySeq = new Map<number, JobRun>();
  /** Those whose ends are just being written by a step that also takes jobs in their place. */
  readonly #leaving = new Set<JobRun>();

  get size(): number {
    return this.#all.size;
  }

  /** Number of runs that keep their places for now. */
  get staying(): number {
    return this.#all.size - this.#leaving.size;
  }

  /** The latest run of a job that runs here. */
  get(seq: number): JobRun | undefined {
    return this.#bySeq.get(seq);
  }

  /** True if a job of this id runs here. */
  has(jobId: string): boolean {
    for (const { job } of this.#all) if (job.id === jobId) return true;
    return false;
  }

  /** All current runs. */
  all(): readonly JobRun[] {
    return [...this.#all];
  }

  /** Adds a run, until it is removed. */
  add(run: JobRun): void {
    this.#all.add(run);
    this.#bySeq.set(run.job.seq, run);
  }

  /** Removes runs that are over. */
  remove(runs: readonly JobRun[]): void {
    for (const run of runs) {
      this.#all.delete(run);
      this.#leaving.delete(run);
      if (this.#bySeq.get(run.job.seq) === run) this.#bySeq.delete(run.job.seq);
    }
  }

  /** True if the place of a run is given to another in the step that writes its end. */
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

  /** The lease is lost: aborts all runs. */
  leaseLost(reason: string): void {
    const message = `The scheduler lost its lease: ${reason}`;
    for (const run of this.all()) run.abort({ kind: "leaseLost", message });
  }

  /** Aborts the run of a job that carries a cancel request. */
  cancelIfRequested(job: Pick<JobRecord, "seq" | "cancelRequested" | "claimNumber">): void {
    if (job.cancelRequested === null) return;
    const run = this.#bySeq.get(job.seq);
    if (run === undefined || run.cause !== undefined || run.fence.claimNumber !== job.claimNumber) return;
    run.abort({ kind: "cancelled", message: job.cancelRequested });
  }

  /** Resolves when all current runs have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.all().map((run) => run.done));
  }
}
