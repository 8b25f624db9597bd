import { checkInteger } from "../model/option_checks.ts";

/** Default number of events that a stream keeps for a slow reader. */
export const EVENT_BUFFER_MAX = 1000;

/** Options of an {@linkcode EventStream}. */
export interface EventStreamOptions {
  /** The largest number of events that it keeps for a slow reader; then the oldest are dropped. @default 1000 */
  readonly bufferMax?: number;
  /** Ends the stream when it is aborted. @default none */
  readonly signal?: AbortSignal;
}

/**
 * Coming events as an async iterator. `break` out of a `for await`, `await using`, or `close()` end it.
 *
 * @example
 * ```ts
 * import { Scheduler } from "carillon";
 *
 * await using scheduler = new Scheduler();
 * const events = scheduler.events("scheduler");
 * await scheduler.startInBackground();
 * for await (const event of events) {
 *   console.assert(event.type === "schedulerStarting");
 *   break;
 * }
 * ```
 */
export class EventStream<Event> implements AsyncIterableIterator<Event, undefined>, AsyncDisposable {
  readonly #bufferMax: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onClose: () => void;
  readonly #buffer: Event[] = [];
  readonly #waiting: ((result: IteratorResult<Event, undefined>) => void)[] = [];
  #dropped = 0;
  #closed = false;

  /** Made by `events()`; `onClose` is called once, when it ends. */
  constructor(options: EventStreamOptions, onClose: () => void) {
    const { bufferMax = EVENT_BUFFER_MAX, signal } = options;
    this.#bufferMax = checkInteger(bufferMax, "bufferMax", "events()");
    this.#signal = signal;
    this.#onClose = onClose;
    signal?.addEventListener("abort", this.close, { once: true });
  }

  /** Number of events that were dropped so far because they were not taken in time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Puts an event in; called by the hub. */
  push(event: Event): void {
    if (this.#closed) return;
    const taker = this.#waiting.shift();
    if (taker !== undefined) return taker({ done: false, value: event });
    this.#buffer.push(event);
    if (this.#buffer.length <= this.#bufferMax) return;
    this.#buffer.shift();
    this.#dropped++;
  }

  /** The next event, as soon as there is one; `done` once the stream has ended and all it held was taken. */
  next(): Promise<IteratorResult<Event, undefined>> {
    const value = this.#buffer.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends the stream and lets go of what it held; what `break` in a `for await` calls. */
  return(): Promise<IteratorResult<Event, undefined>> {
    this.close();
    this.#buffer.length = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream; what it already held can still be taken. */
  readonly close = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.close);
    for (const taker of this.#waiting.splice(0)) taker({ done: true, value: undefined });
    this.#onClose();
  };

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
