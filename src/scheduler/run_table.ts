import type { JobFence, JobRecord } from "../model/job_record.ts";

/** Why a run was told to stop. */
export type AbortCause =
  | { readonly kind: "timeout"; readonly message: string }
  | { readonly kind: "cancelled"; readonly message: string }
  | { readonly kind: "leaseLost"; readonly message: string }
  | { readonly kind: "stopping"; readonly message: string };

/** One job that runs here. */
export class JobRun {
  readonly job: JobRecord;
  readonly fence: JobFence;
  readonly controller: AbortController = new AbortController();
  /** Settles when the run and the writing of its end are over; never rejects. */
  done: Promise<void> = Promise.resolve();
  #cause: AbortCause | undefined;

  constructor(job: JobRecord, incarnation: number) {
    this.job = job;
    this.fence = { seq: job.seq, incarnation, claimNumber: job.claimNumber };
  }

  /** Why it was told to stop; the first cause stays, but a lost lease outranks every other. */
  get cause(): AbortCause | undefined {
    return this.#cause;
  }

  /** Tells the run to stop; `reason` is what the function finds as `signal.reason`. */
  abort(cause: AbortCause, reason: unknown): void {
    if (this.#cause === undefined || cause.kind === "leaseLost") this.#cause = cause;
    this.controller.abort(reason);
  }
}

/** The jobs that run here, by row. */
export class RunTable {
  readonly #runs = new Map<number, JobRun>();
  readonly #onOver: (run: JobRun) => void;

  /** `onOver` is called after every run that is over. */
  constructor(onOver: (run: JobRun) => void) {
    this.#onOver = onOver;
  }

  get size(): number {
    return this.#runs.size;
  }

  get(seq: number): JobRun | undefined {
    return this.#runs.get(seq);
  }

  /** All runs of now. */
  all(): readonly JobRun[] {
    return [...this.#runs.values()];
  }

  /** Notes a run for as long as `work` takes. */
  track(run: JobRun, work: () => Promise<void>): void {
    this.#runs.set(run.job.seq, run);
    run.done = work().finally(() => {
      if (this.#runs.get(run.job.seq) === run) this.#runs.delete(run.job.seq);
      this.#onOver(run);
    });
  }

  /** Resolves when everything that runs now is over. */
  async settled(): Promise<void> {
    await Promise.all(this.all().map((run) => run.done));
  }
}
