import type { StoredJobState } from "./states.ts";

/** When a job to be added stands for the same work as one that is there. */
export interface JobIdentity {
  /** Jobs of one task with the same key stand for the same work. */
  readonly key: string;
  /** In which stored states a job that is there counts. */
  readonly states: readonly StoredJobState[];
  /** How long after it was added it counts; null is for as long as it is there. */
  readonly periodMs: number | null;
  /**
   * What becomes of a job that is there and never started: it takes over what was said about the new one, but runs no
   * later than `maxWaitMs` (null is any time) after it was added. One that was started does not count. Null leaves
   * what is there alone.
   */
  readonly replace: { readonly maxWaitMs: number | null } | null;
}
