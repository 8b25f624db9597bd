import type { Clock, Timer } from "./clock.ts";

/** Work that is not to be done too often. */
export interface ThrottledWork {
  /** Does it now. */
  flush(): void;
}

/**
 * Spaces calls of some work: at most one in so many milliseconds, however often it is asked for. By the clock and not
 * only by a timer, as a busy thread has no timers.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #work: ThrottledWork;
  readonly #everyMs: number;
  #dueMs: number;
  #timer: Timer | undefined;

  /** The first call comes at once, or after `firstMs`. */
  constructor(clock: Clock, work: ThrottledWork, everyMs: number, firstMs = 0) {
    this.#clock = clock;
    this.#work = work;
    this.#everyMs = everyMs;
    this.#dueMs = clock.monotonicMs() + firstMs;
  }

  /** Asks for a call: now where the last one is long ago, else as soon as it is. */
  ask(): void {
    const waitMs = this.#dueMs - this.#clock.monotonicMs();
    if (waitMs <= 0) return this.#call();
    this.#timer ??= this.#clock.setTimer(() => this.#call(), waitMs, { keepAlive: false });
  }

  /** Forgets the call that was asked for. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #call(): void {
    this.cancel();
    this.#dueMs = this.#clock.monotonicMs() + this.#everyMs;
    this.#work.flush();
  }
}
