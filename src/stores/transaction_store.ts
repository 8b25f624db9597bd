import type { JobEnding, NewJob } from "../model/job_record.ts";
import type { AddAnswer } from "./job_store.ts";

/** What a data store writes within a transaction of its caller's: it is undone with it. */
export interface TransactionStore {
  /** Adds jobs as `addJobs` of the store does; where statements are only collected, as if none was there. */
  addJobs(jobs: readonly NewJob[]): Promise<WrittenWithin & { readonly jobs: AddAnswer["jobs"] }>;
  /**
   * Ends a run as `endJobs` of the store does. Answers whether the fence held; where statements are only collected,
   * they make the batch fail unless it holds.
   */
  endJob(ending: JobEnding): Promise<WrittenWithin & { readonly held: boolean }>;
}

/** What was written in a transaction, and what can be told of that transaction. */
export interface WrittenWithin {
  /** Whether it may still be committed; false as well where nobody can tell. */
  readonly pending: () => boolean;
}
