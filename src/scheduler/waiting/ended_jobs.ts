import type { DataStore } from "../../stores/data_store.ts";

/** Follows the feed of a store for the jobs that end, without looking at any job. */
export class EndedJobs {
  readonly #store: DataStore;
  #position: number | undefined;

  constructor(store: DataStore) {
    this.#store = store;
  }

  /**
   * The ids of the jobs that have ended since the last call. Undefined where that cannot be said (at the first call, and
   * when more than `max` things have changed): then everything may have ended until now, and what ends later is answered by
   * the next call.
   */
  async since(max: number): Promise<readonly string[] | undefined> {
    const after = this.#position;
    const { changes, deletedUpTo, last } = await this.#store.readChanges({
      after: after ?? 0,
      limit: after === undefined ? 0 : max,
    });
    const isKnown = after !== undefined && changes.length < max && deletedUpTo <= after && after <= last;
    this.#position = isKnown ? changes.at(-1)?.seq ?? after : last;
    if (!isKnown) return undefined;
    return changes.flatMap((change) => change.type === "jobFinished" ? [change.jobId] : []);
  }

  /** Follows no longer: the next call is a first one. */
  forget(): void {
    this.#position = undefined;
  }
}
