/** Knows the calls that claim jobs, to tell whether what the store says was claimed may still be on its way here. */
export class ClaimsInFlight {
  readonly #underWay = new Set<Promise<unknown>>();

  /** Notes a claim, from the call to the moment at which what was taken is known to run here. */
  during<Answer>(claim: () => Promise<Answer>): Promise<Answer> {
    const answer = claim();
    this.#underWay.add(answer);
    const over = () => void this.#underWay.delete(answer);
    answer.then(over, over);
    return answer;
  }

  /** Resolves when all that are under way now have ended; undefined where none is. */
  ended(): Promise<unknown> | undefined {
    return this.#underWay.size === 0 ? undefined : Promise.allSettled(this.#underWay);
  }
}
