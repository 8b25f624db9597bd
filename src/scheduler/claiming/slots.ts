/** A scheduler's own limit: how many jobs it may run at once, over all its stores. */
export class Slots {
  readonly #limit: number;
  readonly #running: () => number;
  readonly #refused = new Set<() => void>();
  #reserved = 0;

  /** `running` tells how many run now, without those that only wait for another job. */
  constructor(limit: number, running: () => number) {
    this.#limit = limit;
    this.#running = running;
  }

  /** How many jobs it may run at once. */
  get limit(): number {
    return this.#limit;
  }

  /** How many more jobs it may run now. */
  get free(): number {
    return Math.max(0, this.#limit - this.#running() - this.#reserved);
  }

  /** Whether as many jobs run as may. What is set aside while jobs are claimed may come back at once: it does not count. */
  get full(): boolean {
    return this.#running() >= this.#limit;
  }

  /**
   * Sets up to `max` free places aside while jobs are claimed for them, so that claims of several stores never
   * take more than there are; `keep` gives back all but so many before that is over. Where none is left, `whenReturned` is
   * called once when somebody gives theirs back, unless its owner has asked again by then and got some.
   */
  async reserve<Answer>(
    max: number,
    whenReturned: () => void,
    claim: (count: number, keep: (count: number) => void) => Promise<Answer>,
  ): Promise<Answer> {
    const count = Math.min(max, this.free);
    if (count === 0) this.#refused.add(whenReturned);
    else this.#refused.delete(whenReturned);
    let kept = 0;
    const keep = (wanted: number) => {
      this.#reserved += wanted - kept;
      kept = wanted;
    };
    keep(count);
    try {
      return await claim(count, keep);
    } finally {
      keep(0);
      if (count > 0) this.#tellRefused();
    }
  }

  /** Where what was given back is taken by what runs now, the end of that tells who waits for it. */
  #tellRefused(): void {
    if (this.#refused.size === 0 || this.free === 0) return;
    const refused = [...this.#refused];
    this.#refused.clear();
    for (const tell of refused) tell();
  }
}
