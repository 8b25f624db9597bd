/** Counts the calls that claim jobs, to tell whether what the store says was claimed may still be on its way here. */
export class ClaimsInFlight {
  #begun = 0;
  readonly #underWay = new Set<number>();

  /** How many have begun so far. */
  get begun(): number {
    return this.#begun;
  }

  /** Notes a claim, from the call to the moment at which what was taken is known to run here. */
  async during<Answer>(claim: () => Promise<Answer>): Promise<Answer> {
    const number = ++this.#begun;
    this.#underWay.add(number);
    try {
      return await claim();
    } finally {
      this.#underWay.delete(number);
    }
  }

  /** Whether one of the first so many is still under way. */
  anyOfFirst(count: number): boolean {
    for (const number of this.#underWay) if (number <= count) return true;
    return false;
  }
}
