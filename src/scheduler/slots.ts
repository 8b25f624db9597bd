/** Places set aside for jobs that are being claimed; give them back once these run, or did not come. */
export interface ReservedSlots extends Disposable {
  readonly count: number;
}

/** A scheduler's own limit: how many jobs it may run at once, over all its stores. */
export class Slots {
  readonly #limit: number;
  readonly #running: () => number;
  #reserved = 0;

  /** `running` tells how many run now, without those that only wait for another job. */
  constructor(limit: number, running: () => number) {
    this.#limit = limit;
    this.#running = running;
  }

  /** Sets up to `max` free places aside, so that claims of several stores never take more than there are. */
  reserve(max: number): ReservedSlots {
    const count = Math.max(0, Math.min(max, this.#limit - this.#running() - this.#reserved));
    this.#reserved += count;
    let given = false;
    return {
      count,
      [Symbol.dispose]: () => {
        if (!given) this.#reserved -= count;
        given = true;
      },
    };
  }
}
