/** Chance from a seed: the same seed, the same numbers. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Seeds that are near each other must not begin alike.
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ 0x5bd1e995;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** True if something of this probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A number from one up to another. */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number from one up to another, both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** One of these. */
  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)]!;
  }

  /** Chance of its own for a part, so that one part's draws do not move another's. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}
