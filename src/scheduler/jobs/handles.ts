import type { StoreUnit } from "../store_unit.ts";
import type { Job } from "../views/job.ts";
import type { JobQueries } from "./job_queries.ts";
import type { JobResults, WaitOptions } from "./job_results.ts";

/** Effect of the call that returned a handle. */
export type AddOutcome = "added" | "deduplicated" | "replaced";

/** A job that was added: to wait for, to cancel, to look at. */
export interface JobHandle<Output = unknown> {
  /** The job's id. */
  readonly id: string;
  /** Effect of the call; `deduplicated` is about the job that was there already. */
  readonly outcome: AddOutcome;
  /**
   * Waits until it is finished and resolves to what it returned. Throws `jobFailed`, `jobTimedOut`,
   * `jobCancelled`, `jobMissedStartDeadline`, `jobAbandoned`, `jobParked`, `jobNotFound` or
   * `waitTimedOut`; the task's own error is the cause.
   */
  result(options?: WaitOptions): Promise<Output>;
  /** Cancels it: at once while it waits, by its signal while it runs. Resolves to false if it was finished already. */
  cancel(reason?: string): Promise<boolean>;
  /** The job as it is now. Throws `jobNotFound`. */
  status(): Promise<Job>;
}

/** Reason of a cancelled job for which none was given. */
export const CANCEL_REASON = "it was cancelled";

/** A job that was added, and where. */
export interface AddedJob {
  readonly unit: StoreUnit;
  readonly id: string;
  readonly outcome: AddOutcome;
  /** For a job added in a transaction of the caller's: returns true while that may still be committed. */
  readonly pending?: () => boolean;
}

/** Makes handles of jobs. */
export class JobHandles {
  readonly #results: JobResults;
  readonly #queries: JobQueries;

  constructor(results: JobResults, queries: JobQueries) {
    this.#results = results;
    this.#queries = queries;
  }

  /** A handle of a job that was added. */
  of({ unit, id, outcome, pending }: AddedJob): JobHandle {
    return {
      id,
      outcome,
      result: (options = {}) => this.#results.value(unit, id, options, pending),
      cancel: async (reason = CANCEL_REASON) => await unit.cancel([id], reason) > 0,
      status: () => this.#queries.get(id),
    };
  }
}
