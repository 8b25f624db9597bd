import type { JobEnding, NewJob } from "../model/job_record.ts";
import type { AddAnswer } from "./job_store.ts";

/** What a data store writes within a transaction of its caller's: it is undone with it. */
export interface TransactionStore {
  /** Adds jobs as `addJobs` of the store does; where statements are only collected, as if none was there. */
  addJobs(jobs: readonly NewJob[]): Promise<AddedWithin>;
  /**
   * Finishes a run as `endJobs` of the store does. Answers whether it was running under this fence; where statements
   * are only collected, they make the batch fail unless it is.
   */
  endJob(ending: JobEnding): Promise<boolean>;
}

/** Jobs added in a transaction of the caller's. */
export interface AddedWithin {
  readonly jobs: AddAnswer["jobs"];
  /** Whether the transaction may still be committed; false as well where nobody can tell. */
  readonly pending: () => boolean;
}
