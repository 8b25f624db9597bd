import type { SqlValue } from "../../shared/driver.ts";
import type { Clock, Timer } from "../../../time/clock.ts";

/** The interval at which the database is asked whether it has changed. */
export interface WatchPace {
  /** After something has happened. */
  readonly firstMs: number;
  /** The waits grow by half, up to this, while nothing happens. */
  readonly maxMs: number;
  /** The count only grows: a lower one is an old answer. */
  readonly grows: boolean;
}

/**
 * A file is asked without a round trip, but each time the process wakes up for it: 50 times a second cost more than a
 * percent of a core. Nothing of the runtime may watch the file or its folder instead: with Deno's file watching,
 * SQLite's locks on it were lost, and with them the database.
 */
export const filePace: WatchPace = { firstMs: 10, maxMs: 100, grows: false };
/** A server is asked over the network, and may count each question. */
export const serverPace: WatchPace = { firstMs: 200, maxMs: 5000, grows: true };

/** The options of a {@linkcode ChangeWatch}. */
export interface Watched {
  readonly clock: Clock;
  readonly pace: WatchPace;
  /** Changes when another process has committed; undefined where no other process can. */
  readonly counter: (() => SqlValue | Promise<SqlValue>) | undefined;
}

/** Reports to listeners that others have committed. Looks only while the store is open and has listeners. */
export class ChangeWatch {
  readonly #listeners = new Set<() => void>();
  #watched: Watched | undefined;
  #timer: Timer | undefined;
  #waitMs = 0;
  #seen: SqlValue | undefined;
  #looking: Promise<void> | undefined;
  #calling = false;
  #lookedMs = -Infinity;

  /** Adds a listener; returns a function to take it back. */
  add(listener: () => void): () => void {
    // A listener of its own for each call, so that one given twice is also taken back twice.
    const own = () => listener();
    this.#listeners.add(own);
    this.#plan();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  /** True if there are listeners. */
  get listened(): boolean {
    return this.#listeners.size > 0;
  }

  /** Begins to look. `seen` is the count that is known already. */
  start(watched: Watched, seen?: SqlValue): void {
    this.#watched = watched;
    this.#waitMs = watched.pace.firstMs;
    this.#seen = seen;
    this.#plan();
  }

  /** Stops looking; listeners stay. Resolves when no look is on its way. */
  async stop(): Promise<void> {
    this.#watched = undefined;
    this.#rest();
    await this.#looking;
  }

  /** Calls the listeners soon, once for whatever happens until then. */
  call(): void {
    if (this.#calling || this.#listeners.size === 0) return;
    this.#calling = true;
    queueMicrotask(() => {
      this.#calling = false;
      for (const listener of this.#listeners) listener();
    });
  }

  /** This process has made this count: not news, but more may follow from other processes. */
  ownCount(count: number): void {
    if (this.#seen === count - 1) this.#seen = count;
    this.hurry();
  }

  /** Somebody says that there is news: looks at once, but no more often than while much is going on. */
  nudge(): void {
    const { counter, clock, pace } = this.#watched ?? {};
    if (!counter || !clock || !pace || this.#looking || this.#listeners.size === 0) return;
    this.#rest();
    this.#waitMs = pace.firstMs;
    const restMs = this.#lookedMs + pace.firstMs - clock.monotonicMs();
    if (restMs <= 0) this.#look(counter);
    this.#plan(restMs > 0 ? restMs : this.#waitMs);
  }

  /** Looks soon, unless it is going to anyway. */
  hurry(): void {
    const { pace } = this.#watched ?? {};
    if (!pace || this.#waitMs <= pace.firstMs * 5) return;
    this.#waitMs = pace.firstMs;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#plan();
  }

  #plan(delayMs: number = this.#waitMs): void {
    const { counter, clock } = this.#watched ?? {};
    if (!counter || !clock || this.#timer || this.#looking || this.#listeners.size === 0) return;
    if (this.#seen === undefined) this.#look(counter);
    if (this.#looking) return;
    this.#timer = clock.setTimer(() => this.#ring(counter), delayMs, { keepAlive: false });
  }

  #ring(counter: () => SqlValue | Promise<SqlValue>): void {
    this.#timer = undefined;
    this.#look(counter);
    this.#plan();
  }

  /** A database that cannot be asked just now is asked again later; calls that use it report what is wrong. */
  #look(counter: () => SqlValue | Promise<SqlValue>): void {
    this.#lookedMs = this.#watched?.clock.monotonicMs() ?? -Infinity;
    try {
      const count = counter();
      if (count instanceof Promise) this.#looking = this.#await(count);
      else this.#saw(count);
    } catch {
      this.#saw(undefined);
    }
  }

  async #await(count: Promise<SqlValue>): Promise<void> {
    const answer = await count.catch(() => undefined);
    this.#looking = undefined;
    this.#saw(answer);
    this.#plan();
  }

  #saw(count: SqlValue | undefined): void {
    const { pace } = this.#watched ?? {};
    if (!pace) return;
    // A count of this process may have overtaken the answer.
    const old = pace.grows && Number(count) < Number(this.#seen);
    const news = count !== undefined && this.#seen !== undefined && count !== this.#seen && !old;
    this.#waitMs = news ? pace.firstMs : Math.min(pace.maxMs, this.#waitMs * 1.5);
    if (count !== undefined && !old) this.#seen = count;
    if (news) this.call();
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
