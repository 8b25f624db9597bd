/** Knowledge about the jobs of a store that could be claimed, as of the last claim and of what has happened since. */
export class Backlog {
  /** True if the last claim left nothing that could run now. */
  drained = false;
  /** True if it took all that could run but for want of slots in the cluster, and nothing is known to have come since. */
  claimedAll = false;
  /** True if no job is known to wait for the end of another one: then such an end calls for no claim. */
  isEmpty = false;
  /** True if the last claim left something that could run. */
  leftSome = false;
  /** True if the last claim failed. */
  claimsFail = false;
  /** The earliest `runAt` that is ahead, as of the last claim. */
  nextRunAtMs: number | null = null;
  /** Jobs that were added while a claim is in flight, which may or may not take them; undefined between claims. */
  #addedMeanwhile: number[] | undefined;

  /** True if the next claim, which is to come, may take all there is. */
  get mayTakeAll(): boolean {
    return !this.claimedAll && !this.leftSome;
  }

  /** There may be jobs to take. */
  noteWork(): void {
    this.drained = false;
    this.claimedAll = false;
    this.isEmpty = false;
  }

  /**
   * Jobs were added that wait to be claimed. Returns true if the claim in flight sees to them: if it does not take them,
   * another one follows.
   */
  noteAdded(seqs: readonly number[]): boolean {
    for (const seq of seqs) this.#addedMeanwhile?.push(seq);
    return this.#addedMeanwhile !== undefined;
  }

  /** A claim of all tasks begins. Returns the list to which the jobs are added that come meanwhile. */
  beginClaim(): readonly number[] {
    return this.#addedMeanwhile = [];
  }

  /** The claim has ended. */
  endClaim(): void {
    this.#addedMeanwhile = undefined;
  }
}
