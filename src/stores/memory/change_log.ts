import { type ChangeRecord, CHANGES_KEPT_MS, type NewChange } from "../../model/change_record.ts";
import type { ChangesAnswer, ChangesRequest } from "../change_store.ts";

/** How many changes are kept: nobody comes back to a memory that ended with its process. */
const KEPT_MAX = 10_000;

/** The changes of a memory store, oldest first. */
export class ChangeLog {
  #changes: ChangeRecord[] = [];
  #last = 0;

  /** Notes changes, in order. */
  add(...changes: readonly NewChange[]): void {
    for (const change of changes) this.#changes.push(Object.freeze({ seq: ++this.#last, ...change }));
    // Twice as many may gather, so that they are not moved each time.
    if (this.#changes.length > 2 * KEPT_MAX) this.#changes = this.#changes.slice(-KEPT_MAX);
  }

  /** The number of the last one; 0 where there was none. */
  get last(): number {
    return this.#last;
  }

  /** Forgets those after this one, of a step that is undone. */
  forgetAfter(last: number): void {
    if (last < this.#last) this.#changes.splice(last - this.#last);
    this.#last = last;
  }

  /** What `readChanges` answers. */
  read({ after, limit }: ChangesRequest): ChangesAnswer {
    const deletedUpTo = this.#last - this.#changes.length;
    const from = Math.max(0, after - deletedUpTo);
    return { changes: this.#changes.slice(from, from + limit), deletedUpTo, last: this.#last };
  }

  /** What `pruneChanges` answers. */
  prune(limit: number, nowMs: number): number {
    const looked = this.#changes.slice(0, Math.min(limit, this.#changes.length - 1));
    const isOld = ({ atMs }: ChangeRecord) => atMs <= nowMs - CHANGES_KEPT_MS;
    const young = looked.findIndex((change) => !isOld(change));
    const count = young === -1 ? looked.length : young;
    this.#changes.splice(0, count);
    return count;
  }
}
