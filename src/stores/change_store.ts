import type { ChangeRecord } from "../model/change_record.ts";

/** The feed of changes: what was done, in the order in which it was committed. */
export interface ChangeStore {
  /**
   * The changes after this one, oldest first. Each is written in the step that it is about, whichever caller took that step: what
   * was committed is in the feed, and what is in the feed was committed.
   */
  readChanges(request: ChangesRequest): Promise<ChangesAnswer>;
  /**
   * Deletes the oldest changes that are older than `CHANGES_KEPT_MS`, or more than the store keeps, looking at `limit` of
   * them; never the last one. Returns their number.
   */
  pruneChanges(limit: number): Promise<number>;
}

/** Which changes. */
export interface ChangesRequest {
  /** The number of the last one that is known; 0 is the beginning. */
  readonly after: number;
  readonly limit: number;
}

/** The result of `readChanges`. */
export interface ChangesAnswer {
  readonly changes: readonly ChangeRecord[];
  /** Up to here changes have been deleted; 0 where all are there. */
  readonly deletedUpTo: number;
  /** The number of the last one there is; 0 where there never was any. */
  readonly last: number;
}
