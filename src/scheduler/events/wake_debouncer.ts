import type { Clock, Timer } from "../../time/clock.ts";

/** How far apart the calls are: at first, and at the most, while others go on telling. */
const REST_MS = { first: 10, max: 200 };

/**
 * Calls back when it is told that there may be work: at once, and then once for all that is told within a rest. The rests
 * grow while no end comes to it: others who are busy are no reason to ask the store without end.
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

  /** Calls no more of what was told so far. */
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
