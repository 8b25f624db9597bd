import { TimerHeap } from "../../src/time/virtual_clock.ts";
import { nextTurn } from "../../src/time/clock.ts";

/** When the world begins. */
export const START_MS = Date.UTC(2026, 2, 28);

/** Nothing takes no time at all: as on a real machine, whoever asks again and again sees time pass. */
const LEAST_MS = 0.001;

/** Where a simulation takes place: one true time, one thing after another. */
export class World {
  nowMs = START_MS;
  /** Number of events so far. */
  steps = 0;
  /** Calls that the store works on; the world waits for them. */
  callsUnderWay = 0;
  readonly #events = new TimerHeap();

  /** Schedules a call after a delay; returns a function that takes it back. */
  after(delayMs: number, what: () => void): () => void {
    const event = this.#events.add(this.nowMs + Math.max(LEAST_MS, delayMs), what);
    return () => this.#events.cancel(event);
  }

  /** Waits for something that takes no time in this world. */
  async during<Answer>(what: Promise<Answer>): Promise<Answer> {
    this.callsUnderWay++;
    try {
      return await what;
    } finally {
      this.callsUnderWay--;
    }
  }

  /** Lets things happen until then, or until `over` says so. */
  async run(untilMs: number, over: () => boolean = () => false): Promise<void> {
    for (;;) {
      if (over()) return;
      const event = this.#events.take(untilMs);
      if (event === undefined) break;
      this.nowMs = event.atMs;
      this.steps++;
      event.callback();
      await this.#settle();
    }
    this.nowMs = untilMs;
  }

  /** Runs everything that needs no time to pass: promises, and at most one turn that a loop yields. */
  async #settle(): Promise<void> {
    for (let turns = 0; turns < 2 || this.callsUnderWay > 0; turns++) {
      await new Promise<void>((resolve) => nextTurn(resolve));
    }
  }
}
