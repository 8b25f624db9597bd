import { CarillonError, isCarillonError } from "../../errors.ts";
import type { EventOf } from "../../events/event.ts";
import type { ChangeRecord } from "../../model/change_record.ts";
import type { Clock } from "../../time/clock.ts";
import { changeEvent } from "./store_feed.ts";
import type { StoreUnit } from "../store_unit.ts";

/** The names of the events that can be read again after a restart. */
export type StoredEventType = ChangeRecord["type"];

/** An event from the feed of a store, with the cursor to continue behind it. */
export type StoredEvent<Type extends StoredEventType = StoredEventType> = EventOf<Type> & {
  /** To be kept by the reader: `events({ after: cursor })` continues behind this event. */
  readonly cursor: string;
};

/** Number of changes that are read at a time. */
const PAGE = 500;
/** Longest wait before the stores are read where no change is reported. */
const POLL_MS = 1000;

/** Options of a stream: the stores that it reads, from where, and its wake-ups. */
export interface ChangeStreamOptions {
  readonly units: readonly StoreUnit[];
  readonly clock: Clock;
  /** The position from which each store is read; a store without one is read from the beginning. */
  readonly positions: Map<string, number>;
  readonly wants: (type: StoredEventType) => boolean;
  readonly signal: AbortSignal | undefined;
  /** Calls back when something may have changed here. Returns a function that stops that. */
  readonly onChange: (callback: () => void) => () => void;
  readonly onClose: (stream: { close(): void }) => void;
}

/**
 * The events of the stores' feeds as an async iterator, of all processes: each once, none left out.
 *
 * @example
 * ```ts
 * import { Scheduler } from "carillon";
 *
 * await using scheduler = new Scheduler();
 * await using events = scheduler.events({ after: await scheduler.eventCursor() });
 * events.close();
 * console.assert((await events.next()).done === true);
 * ```
 */
export class ChangeStream<Event> implements AsyncIterableIterator<Event, undefined>, AsyncDisposable {
  readonly #options: ChangeStreamOptions;
  readonly #unwatch: (() => void)[];
  #ready: Event[] = [];
  #reading: Promise<unknown> = Promise.resolve();
  #isStale = true;
  #isClosed = false;
  #wake: () => void = () => {};

  /** Made by `events({ after })`. */
  constructor(options: ChangeStreamOptions) {
    this.#options = options;
    const changed = () => this.#changed();
    this.#unwatch = [options.onChange(changed), ...options.units.map(({ store }) => store.watch(changed))];
    options.signal?.addEventListener("abort", this.close, { once: true });
    if (options.signal?.aborted) this.close();
  }

  /** The next event, as soon as there is one. Rejects with `cursorExpired` when some are no longer kept. */
  next(): Promise<IteratorResult<Event, undefined>> {
    const answer = this.#reading.then(() => this.#next());
    this.#reading = answer.catch(() => {});
    return answer;
  }

  /** Ends the stream; what `break` in a `for await` calls. */
  return(): Promise<IteratorResult<Event, undefined>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream. */
  readonly close = (): void => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ready = [];
    this.#options.signal?.removeEventListener("abort", this.close);
    for (const unwatch of this.#unwatch) unwatch();
    this.#options.onClose(this);
    this.#wake();
  };

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #next(): Promise<IteratorResult<Event, undefined>> {
    while (!this.#isClosed) {
      const value = this.#ready.shift();
      if (value !== undefined) return { done: false, value };
      if (!this.#isStale) await this.#changeOrPoll();
      this.#isStale = false;
      for (const unit of this.#options.units) await this.#read(unit);
    }
    return { done: true, value: undefined };
  }

  async #read(unit: StoreUnit): Promise<void> {
    if (this.#isClosed) return;
    try {
      await unit.open();
      const after = this.#options.positions.get(unit.alias) ?? 0;
      const { changes, deletedUpTo, last } = await unit.store.readChanges({ after, limit: PAGE });
      if (this.#options.positions.has(unit.alias) && (after < deletedUpTo || after > last)) {
        throw this.#expired(unit.alias, deletedUpTo, after > last);
      }
      if (changes.length === PAGE) this.#isStale = true;
      for (const change of changes) this.#take(unit.alias, change);
    } catch (error) {
      if (isCarillonError(error) && error.retryable) return;
      this.close();
      throw error;
    }
  }

  #take(alias: string, change: ChangeRecord): void {
    const { positions, wants } = this.#options;
    positions.set(alias, change.seq);
    if (!wants(change.type)) return;
    this.#ready.push(changeEvent(change, { store: alias, cursor: cursorText(positions) }) as Event);
  }

  #changed(): void {
    this.#isStale = true;
    this.#wake();
  }

  async #changeOrPoll(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.setTimer(() => this.#wake(), POLL_MS);
      this.#wake = () => {
        timer.cancel();
        this.#wake = () => {};
        resolve();
      };
    });
  }

  #expired(alias: string, deletedUpTo: number, isAhead: boolean): CarillonError {
    const oldest = cursorText(new Map([...this.#options.positions, [alias, deletedUpTo]]));
    const why = isAhead
      ? "it is ahead of the store, which must be another one or an older copy"
      : "what followed it is no longer kept";
    return new CarillonError(
      "cursorExpired",
      `Cannot continue behind the cursor '${
        cursorText(this.#options.positions)
      }': ${why}; read the state anew, then ` +
        `continue from '${oldest}'`,
      { details: { store: alias, oldest } },
    );
  }
}

/** The positions up to which the feeds of stores were read, by alias. As a string it is a list like `main=42&fast=7`. */
export type Positions = ReadonlyMap<string, number>;

/** Returns a cursor as a string. */
export function cursorText(positions: Positions): string {
  return new URLSearchParams([...positions].map(([alias, seq]) => [alias, String(seq)])).toString();
}

/** Reads a cursor. Throws `invalidOption`. */
export function positionsOf(cursor: unknown): Map<string, number> {
  const entries = typeof cursor === "string" ? [...new URLSearchParams(cursor)] : [];
  const valid = entries.length > 0 && entries.every(([, seq]) => /^\d{1,15}$/.test(seq));
  if (valid) return new Map(entries.map(([alias, seq]) => [alias, Number(seq)]));
  throw new CarillonError(
    "invalidOption",
    `Option 'after' of events() must be the cursor of an event, or the value that eventCursor() returns, but got '${cursor}'`,
    { details: { option: "after" } },
  );
}
