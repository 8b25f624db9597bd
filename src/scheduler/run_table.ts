import { messageOf } from "../errors.ts";
import type { JobFence, JobRecord, JobTransition } from "../model/job_record.ts";
import type { Logger } from "../model/logger.ts";

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
  /** What became of it, once that is written. */
  ended: JobTransition | undefined;
  /** Asks its executor to end it, and answers whether it is over. */
  terminate: () => Promise<boolean> = () => Promise.resolve(false);
  /** What became of ending it, once that was asked for. */
  termination: Promise<boolean> | undefined;
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

/** The runs of now. A job that was taken over and came back may have two: one that ignores its signal, and a new one. */
export class RunTable {
  readonly #all = new Set<JobRun>();
  /** The latest run of each row. */
  readonly #bySeq = new Map<number, JobRun>();
  readonly #logger: Logger;
  readonly #onOver: (run: JobRun) => void;

  /** `onOver` is called after every run that is over. */
  constructor(logger: Logger, onOver: (run: JobRun) => void) {
    this.#logger = logger;
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

  /** Notes a run for as long as `work` takes. */
  track(run: JobRun, work: () => Promise<void>): void {
    this.#all.add(run);
    this.#bySeq.set(run.job.seq, run);
    run.done = work().catch((error) => {
      // Its end is not written: the beats find that nobody runs it, and hand it back.
      this.#logger.error("a run broke off", { job: run.job.id, error: messageOf(error) });
    }).finally(() => {
      this.#all.delete(run);
      if (this.#bySeq.get(run.job.seq) === run) this.#bySeq.delete(run.job.seq);
      this.#onOver(run);
    });
  }

  /** Resolves when everything that runs now is over. */
  async settled(): Promise<void> {
    await Promise.all(this.all().map((run) => run.done));
  }
}
