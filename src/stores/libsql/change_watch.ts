import type { SqlValue } from "../../sql/driver.ts";
import type { Clock, Timer } from "../../time/clock.ts";

/** How often the database is asked whether it has changed: wakes others within half of it on average. */
const POLL_MS = 20;

/** What a {@linkcode ChangeWatch} looks at. */
export interface Watched {
  readonly clock: Clock;
  /** Changes when somebody else has committed; undefined where nobody else can. */
  readonly counter: (() => SqlValue) | undefined;
}

/** Tells listeners that others have committed. Looks only while the store is open and somebody listens. */
export class ChangeWatch {
  readonly #listeners = new Set<() => void>();
  #watched: Watched | undefined;
  #timer: Timer | undefined;
  #seen: SqlValue | undefined;
  #calling = false;

  /** Adds a listener; answers how to take it back. */
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

  /** Begins to look. */
  start(watched: Watched): void {
    this.#watched = watched;
    this.#plan();
  }

  /** Stops looking; listeners stay. */
  stop(): void {
    this.#watched = undefined;
    this.#rest();
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

  #plan(): void {
    const { counter, clock } = this.#watched ?? {};
    if (!counter || !clock || this.#timer || this.#listeners.size === 0) return;
    this.#seen ??= read(counter);
    this.#timer = clock.setTimer(() => this.#look(counter), POLL_MS, { keepAlive: false });
  }

  #look(counter: () => SqlValue): void {
    this.#timer = undefined;
    const now = read(counter);
    if (now !== undefined && now !== this.#seen) {
      this.#seen = now;
      this.call();
    }
    this.#plan();
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#seen = undefined;
  }
}

/** A database that cannot be asked just now is asked again later; whoever uses it is told what is wrong. */
function read(counter: () => SqlValue): SqlValue | undefined {
  try {
    return counter();
  } catch {
    return undefined;
  }
}
