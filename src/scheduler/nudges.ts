import type { Clock, Timer } from "../time/clock.ts";

/** How far apart the calls are at the least, while much is told. */
const REST_MS = 10;

/** Calls back when it is told that there may be work: at once, and then once for all that is told within a short rest. */
export class Nudges {
  readonly #clock: Clock;
  readonly #callback: () => void;
  #resting: Timer | undefined;
  #again = false;

  constructor(clock: Clock, callback: () => void) {
    this.#clock = clock;
    this.#callback = callback;
  }

  /** There may be work. */
  call(): void {
    this.#again = this.#resting !== undefined;
    if (this.#again) return;
    this.#resting = this.#clock.setTimer(() => this.#rested(), REST_MS, { keepAlive: false });
    this.#callback();
  }

  /** Calls no more of what was told so far. */
  stop(): void {
    this.#resting?.cancel();
    this.#resting = undefined;
    this.#again = false;
  }

  #rested(): void {
    this.#resting = undefined;
    if (this.#again) this.call();
  }
}
