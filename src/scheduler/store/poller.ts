import { type Clock, nextTurn, type Timer } from "../../time/clock.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { Environment } from "../environment.ts";

/** Time and number of rounds that may follow each other before timers and input get their turn. */
const TURN_MAX_MS = 10;
const TURN_MAX_ROUNDS = 100;

/** The longest wait for a round that is not urgent. */
const SOON_MS = 1000;

/** Wait before the next round; null is until the poller is woken. */
export type NextRoundMs = number | null;

/** Work that a poller repeats. */
export interface PolledWork {
  /** Does one round; resolves to the wait before the next one. */
  round(): Promise<NextRoundMs>;
}

/** Spaces the rounds of one loop while they fail. */
export interface LoopHealth {
  /** A round succeeded. */
  succeeded(): void;
  /** A round failed. Returns the wait before the next one. */
  failed(error: unknown): number;
}

/** Notified whenever a loop comes to rest, a run ends or a slot is freed. */
export interface RestListener {
  rested(): void;
}

/** Those that are to be notified whenever a loop of a store comes to rest, a run ends or a slot is freed. */
export class RestListeners {
  readonly #all = new Set<RestListener>();

  /** Adds a listener. Returns a function that removes it. */
  add(listener: RestListener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  /** Notifies all of them. */
  notify(): void {
    for (const listener of this.#all) listener.rested();
  }
}

/**
 * The one loop: runs rounds, sleeps between them, and can be woken early. A wake-up during a round is not lost: another
 * round follows at once.
 */
export class Poller {
  readonly #environment: Environment;
  readonly #health: LoopHealth;
  readonly #rest: RestListeners;
  #work: PolledWork | undefined;
  #timer: Timer | undefined;
  /** When the timer fires, by the monotonic clock. */
  #firesAtMs = Infinity;
  #running: Promise<void> | undefined;
  #woken = false;
  #stopped = true;

  /** Makes a poller that is not started; `rest` is notified whenever a round ends and no other is asked for. */
  constructor(environment: Environment, health: LoopHealth, rest: RestListeners) {
    this.#environment = environment;
    this.#health = health;
    this.#rest = rest;
  }

  /** True while it sleeps and no round is asked for. */
  get resting(): boolean {
    return this.#running === undefined && !this.#woken;
  }

  /** True while a round runs or is about to. */
  get busy(): boolean {
    return this.active && !this.resting;
  }

  /** True from its start until it is stopped. */
  get active(): boolean {
    return !this.#stopped;
  }

  /** Begins repeating the work, with a round at once. */
  start(work: PolledWork): void {
    if (!this.#stopped) return;
    this.#work = work;
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

  /** Asks for a round before long, where no work is known to be there for it. */
  wakeSoon(): void {
    if (this.#stopped || this.#running) return;
    if (this.#firesAtMs <= this.#environment.clock.monotonicMs() + SOON_MS) return;
    this.#cancelTimer();
    this.#setTimer(SOON_MS);
  }

  /** Ends the loop; resolves when the current round has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#woken = false;
    this.#cancelTimer();
    await this.#running;
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#firesAtMs = Infinity;
  }

  #setTimer(milliseconds: number): void {
    const { clock, status } = this.#environment;
    this.#firesAtMs = clock.monotonicMs() + milliseconds;
    this.#timer = clock.setTimer(() => this.wake(), milliseconds, { keepAlive: status.keepsAlive });
  }

  async #rounds(): Promise<void> {
    let nextMs: NextRoundMs = null;
    // The code that woke the poller continues first.
    await Promise.resolve();
    const { clock } = this.#environment;
    let turnMs = clock.monotonicMs();
    let rounds = 0;
    while (this.#woken && !this.#stopped) {
      this.#woken = false;
      try {
        nextMs = await this.#work!.round();
        // A wait of NaN would be none at all.
        if (Number.isNaN(nextMs)) throw new RangeError("the store returned times that are no numbers");
        this.#health.succeeded();
      } catch (error) {
        nextMs = this.#health.failed(error);
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
    this.#rest.notify();
  }
}

/** The longest sleep of a loop where changes may come unnoticed. */
const POLL_MS = 30_000;

/**
 * The longest sleep of a loop: unlimited on a store that only this process changes, by a clock that moves only when it
 * is made to. Machines are put to sleep and their clocks are set, and no timer notices.
 */
export function longestSleepMs(shared: boolean, clock: Clock): number | null {
  return shared || clock === systemClock ? POLL_MS : null;
}

/** The shorter of two waits, where null is unlimited. */
export function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
