import { type Clock, nextTurn, type Timer } from "../../time/clock.ts";
import { systemClock } from "../../time/system_clock.ts";

/** For how long, and how many, rounds may follow each other before timers and input get their turn. */
const TURN_MAX_MS = 10;
const TURN_MAX_ROUNDS = 100;

/** When a round follows at the latest that nobody is in a hurry for. */
const SOON_MS = 1000;

/** What a round says about the next one: how long to sleep, or null to sleep until somebody wakes it. */
export type NextRoundMs = number | null;

/** What a poller needs. */
export interface PollerOptions {
  readonly clock: Clock;
  /** One round of work; answers when to come back. */
  readonly round: () => Promise<NextRoundMs>;
  /** A round went well. */
  readonly onSuccess?: () => void;
  /** A round threw; answers when to try again. */
  readonly onError: (error: unknown) => number;
  /** Called whenever a round is over and no other is asked for. */
  readonly onRest?: () => void;
  /** Whether a sleeping poller keeps the process alive. */
  readonly keepAlive: () => boolean;
}

/**
 * The one loop: runs rounds, sleeps between them, is woken early. A wake-up during a round is not lost: another
 * round follows at once.
 */
export class Poller {
  readonly #options: PollerOptions;
  #timer: Timer | undefined;
  /** When the timer rings, by the monotonic clock. */
  #ringsAtMs = Infinity;
  #running: Promise<void> | undefined;
  #woken = false;
  #stopped = true;

  /** Makes a poller that is not started. */
  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Whether it sleeps with nothing asked for. */
  get resting(): boolean {
    return this.#running === undefined && !this.#woken;
  }

  /** Whether a round runs, or is about to. */
  get busy(): boolean {
    return this.active && !this.resting;
  }

  /** Whether it goes on: started, and not stopped. */
  get active(): boolean {
    return !this.#stopped;
  }

  /** Begins with a round at once. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.wake();
  }

  /** Asks for a round now, or right after the one that runs. */
  wake(): void {
    if (this.#stopped) return;
    this.#woken = true;
    this.#cancelTimer();
    this.#running ??= this.#rounds();
  }

  /** Asks for a round before long, where nothing is known to be there for it. */
  wakeSoon(): void {
    if (this.#stopped || this.#running) return;
    if (this.#ringsAtMs <= this.#options.clock.monotonicMs() + SOON_MS) return;
    this.#cancelTimer();
    this.#setTimer(SOON_MS);
  }

  /** Ends the loop; resolves when the round that runs is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#woken = false;
    this.#cancelTimer();
    await this.#running;
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#ringsAtMs = Infinity;
  }

  #setTimer(milliseconds: number): void {
    const { clock, keepAlive } = this.#options;
    this.#ringsAtMs = clock.monotonicMs() + milliseconds;
    this.#timer = clock.setTimer(() => this.wake(), milliseconds, { keepAlive: keepAlive() });
  }

  async #rounds(): Promise<void> {
    let nextMs: NextRoundMs = null;
    // A turn of its own: whoever wakes the poller goes on first.
    await Promise.resolve();
    const { clock, round, onSuccess, onError } = this.#options;
    let turnMs = clock.monotonicMs();
    let rounds = 0;
    while (this.#woken && !this.#stopped) {
      this.#woken = false;
      try {
        nextMs = await round();
        onSuccess?.();
      } catch (error) {
        nextMs = onError(error);
      }
      if (nextMs !== null && nextMs <= 0) this.#woken = !this.#stopped;
      if (!this.#woken || (clock.monotonicMs() - turnMs < TURN_MAX_MS && ++rounds < TURN_MAX_ROUNDS)) {
        continue;
      }
      await new Promise<void>((resolve) => nextTurn(resolve));
      turnMs = clock.monotonicMs();
      rounds = 0;
    }
    this.#running = undefined;
    if (this.#stopped) return;
    if (nextMs !== null) this.#setTimer(nextMs);
    this.#options.onRest?.();
  }
}

/** How long the loops sleep at the most, where something may happen that nobody tells them. */
const POLL_MS = 30_000;

/**
 * How long a loop sleeps at the most: for ever on a store that only this process changes, by a clock that moves
 * only when told. Machines are put to sleep and their clocks are set, and no timer notices.
 */
export function longestSleepMs(shared: boolean, clock: Clock): number | null {
  return shared || clock === systemClock ? POLL_MS : null;
}
