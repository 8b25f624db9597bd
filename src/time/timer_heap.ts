/** A timer that waits for its time on a clock of its own. */
export interface HeapTimer {
  readonly atMs: number;
  /** Tells timers of the same instant apart: the one set first rings first. */
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** Timers by the time at which they ring: adding and taking the next one cost the logarithm of how many there are. */
export class TimerHeap {
  readonly #timers: HeapTimer[] = [];
  #order = 0;
  #cancelled = 0;

  /** How many timers wait. */
  get size(): number {
    return this.#timers.length - this.#cancelled;
  }

  /** Adds a timer. */
  add(atMs: number, callback: () => void): HeapTimer {
    const timer = { atMs, order: this.#order++, callback, cancelled: false };
    this.#timers.push(timer);
    this.#rise(this.#timers.length - 1);
    return timer;
  }

  /** Takes a timer back, also one that has rung. */
  cancel(timer: HeapTimer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#cancelled++;
    // What is cancelled stays until its time comes; not where that is most of what is here.
    if (this.#cancelled > 64 && this.#cancelled > this.#timers.length / 2) this.#sweep();
  }

  /** The next timer, left where it is. */
  peek(): HeapTimer | undefined {
    while (this.#timers[0]?.cancelled) {
      this.#takeFirst();
      this.#cancelled--;
    }
    return this.#timers[0];
  }

  /** Takes the next timer if it rings by then. */
  take(untilMs: number): HeapTimer | undefined {
    const next = this.peek();
    if (next === undefined || next.atMs > untilMs) return undefined;
    this.#takeFirst();
    // Cancelling it from now on must not count.
    next.cancelled = true;
    return next;
  }

  #sweep(): void {
    const left = this.#timers.filter((timer) => !timer.cancelled).sort((a, b) => before(a, b) ? -1 : 1);
    this.#timers.splice(0, this.#timers.length, ...left);
    this.#cancelled = 0;
  }

  #takeFirst(): void {
    const last = this.#timers.pop();
    if (last === undefined || this.#timers.length === 0) return;
    this.#timers[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const timers = this.#timers;
    for (let place = from; place > 0;) {
      const parent = (place - 1) >> 1;
      if (!before(timers[place]!, timers[parent]!)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #sink(): void {
    const timers = this.#timers;
    for (let place = 0;;) {
      let first = place;
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (child < timers.length && before(timers[child]!, timers[first]!)) first = child;
      }
      if (first === place) return;
      this.#swap(place, first);
      place = first;
    }
  }

  #swap(a: number, b: number): void {
    const timers = this.#timers;
    [timers[a], timers[b]] = [timers[b]!, timers[a]!];
  }
}

function before(a: HeapTimer, b: HeapTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
