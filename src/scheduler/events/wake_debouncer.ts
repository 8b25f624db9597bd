import type { Clock, Timer } from "../../time/clock.ts";

/** Least time between two calls: at first, and at most, while others continue to publish. */
const REST_MS = { first: 10, max: 200 };

/**
 * Calls back when there may be work: at once, and then once for all reports within a rest. The rests
 * grow while the reports continue: other busy schedulers are no reason to query the store all the time.
 */
export class WakeDebouncer {
  readonly #clock: Clock;
  readonly #callback: () => void;
  #resting: Timer | undefined;
  #restMs = REST_MS.first;
  #again = false;

  constructor(clock: Clock, callback: () => void) {
    this.#clock = clock;
    this.#callback = callback;
  }

  /** There may be work. */
  call(): void {
    if (this.#resting) this.#again = true;
    else this.#callAndRest();
  }

  /** Forgets the reports so far. */
  stop(): void {
    this.#resting?.cancel();
    this.#resting = undefined;
    this.#again = false;
  }

  #callAndRest(): void {
    this.#again = false;
    this.#resting = this.#clock.setTimer(() => this.#rested(), this.#restMs, { keepAlive: false });
    this.#callback();
  }

  #rested(): void {
    this.#resting = undefined;
    this.#restMs = this.#again ? Math.min(this.#restMs * 2, REST_MS.max) : REST_MS.first;
    if (this.#again) this.#callAndRest();
  }
}
