import type { Clock, Timer } from "../../src/time/clock.ts";
import type { World } from "./world.ts";

/**
 * One life of a simulated process: what it set in motion only reaches it while it lives, and waits while it is
 * stalled. Its clocks are a little wrong.
 */
export class Machine {
  readonly name: string;
  readonly world: World;
  alive = true;
  /** Number of jobs that its scheduler runs at once, of all stores. */
  maxConcurrentJobs = Infinity;
  /** Error of its wall clock. */
  skewMs: number;
  /** Speed of its clocks. */
  readonly #pace: number;
  readonly #bornMs: number;
  #stalledUntilMs = -Infinity;

  constructor(world: World, name: string, skewMs: number, pace: number) {
    this.world = world;
    this.name = name;
    this.skewMs = skewMs;
    this.#pace = pace;
    this.#bornMs = world.nowMs;
  }

  /** Its clocks, for the scheduler and the tasks on it. */
  readonly clock: Clock = {
    nowMs: () => Math.floor(this.world.nowMs + this.skewMs),
    monotonicMs: () => (this.world.nowMs - this.#bornMs) * this.#pace,
    setTimer: (callback, delayMs) => this.deliver(Math.max(0, delayMs) / this.#pace, callback),
  };

  /** Until when it is frozen, or was. */
  get stalledUntilMs(): number {
    return this.#stalledUntilMs;
  }

  /** True if it does anything now; one that was stalled has to catch up first. */
  get runs(): boolean {
    return this.alive && this.world.nowMs > this.#stalledUntilMs;
  }

  /** Lets something reach this machine after so long. */
  deliver(delayMs: number, what: () => void): Timer {
    let cancelled = false;
    const arrive = () => {
      if (cancelled || !this.alive) return;
      const waitMs = this.#stalledUntilMs - this.world.nowMs;
      if (waitMs > 0) return void this.world.after(waitMs, arrive);
      what();
    };
    const takeBack = this.world.after(delayMs, arrive);
    return {
      cancel() {
        cancelled = true;
        takeBack();
      },
    };
  }

  /** Stops it where it stands, for good. */
  kill(): void {
    this.alive = false;
  }

  /** Freezes it for a while; what comes meanwhile waits. */
  stall(forMs: number): void {
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, this.world.nowMs + forMs);
  }
}
