/** Notified when places are returned after none was left. */
export interface SlotWaiter {
  wake(): void;
}

/** A scheduler's own limit of jobs that run at once, over all its stores. */
export class Slots {
  readonly #limit: number;
  readonly #running: () => number;
  readonly #refused = new Set<SlotWaiter>();
  #reserved = 0;

  /** `running` counts the current runs, without those that only wait for another job. */
  constructor(limit: number, running: () => number) {
    this.#limit = limit;
    this.#running = running;
  }

  /** Number of jobs that may run at once. */
  get limit(): number {
    return this.#limit;
  }

  /** Number of jobs that may be started now. */
  get free(): number {
    return Math.max(0, this.#limit - this.#running() - this.#reserved);
  }

  /** True if as many jobs run as may. Places that are reserved may come back at once: they do not count. */
  get full(): boolean {
    return this.#running() >= this.#limit;
  }

  /**
   * Sets up to `max` free places aside while jobs are claimed for them, so that claims of several stores never take more
   * than there are. Where none is left, `waiter` is woken once when places are returned, unless it has asked again by
   * then and got some.
   */
  reserve(max: number, waiter?: SlotWaiter): Reservation {
    const count = Math.min(max, this.free);
    if (waiter !== undefined) {
      if (count === 0) this.#refused.add(waiter);
      else this.#refused.delete(waiter);
    }
    this.#reserved += count;
    return new Reservation(this, count);
  }

  /** Returns reserved places; for a reservation only. */
  unreserve(count: number): void {
    this.#reserved -= count;
  }

  /**
   * Wakes those that found no place, if there is one now. Places that are taken by what runs now are returned at the end
   * of that, which wakes them then.
   */
  wakeRefused(): void {
    if (this.#refused.size === 0 || this.free === 0) return;
    const refused = [...this.#refused];
    this.#refused.clear();
    for (const waiter of refused) waiter.wake();
  }
}

/** Places that are set aside while jobs are claimed for them. */
export class Reservation {
  readonly count: number;
  readonly #slots: Slots;
  #kept: number;

  constructor(slots: Slots, count: number) {
    this.count = count;
    this.#slots = slots;
    this.#kept = count;
  }

  /** Returns all but so many of the places. */
  keep(count: number): void {
    this.#slots.unreserve(this.#kept - count);
    this.#kept = count;
  }

  /** Returns all of them: jobs that were claimed are counted by themselves from now on. */
  release(): void {
    this.keep(0);
    if (this.count > 0) this.#slots.wakeRefused();
  }
}
