import { isPromiseLike } from "../model/maybe_promise.ts";
import { checkChoice, optionError } from "../model/option_checks.ts";
import type { CarillonEvent, EventSelector } from "./event.ts";
import { eventSelection, type SelectedEvent } from "./event_groups.ts";
import { EventStream, type EventStreamOptions } from "./event_stream.ts";

/** Called for each event; what it throws or rejects with is reported and stops nothing. */
export type EventListener<Event extends CarillonEvent = CarillonEvent> = (event: Event) => unknown;

/** Options of {@linkcode EventHub.subscribe}. */
export interface SubscribeOptions<Selector extends EventSelector = EventSelector> {
  /** Names of events and groups (`"job"`); one or several. @default all events */
  readonly types?: Selector | readonly Selector[];
  /** Only events of this scheduler, or only those that others publish by an event broker. @default both */
  readonly from?: "own" | "others";
  /** Unsubscribe at the first event. @default false */
  readonly once?: boolean;
  /** Unsubscribes when it is aborted. @default none */
  readonly signal?: AbortSignal;
}

/** A listener's place in the hub. */
export interface Subscription extends Disposable {
  /** Ends it; no event comes after that. */
  unsubscribe(): void;
}

/** Called when a listener throws or rejects. */
export type ListenerErrorHandler = (error: unknown, event: CarillonEvent) => void;

interface Entry {
  readonly listener: EventListener;
  readonly wants: (event: CarillonEvent) => boolean;
  readonly once: boolean;
  readonly unsubscribe: () => void;
}

/**
 * Hands events to listeners, in the order in which they were published, each to the listeners in the order in
 * which they subscribed. Asynchronous listeners are not waited for between events.
 */
export class EventHub {
  readonly #onListenerError: ListenerErrorHandler;
  readonly #entries = new Set<Entry>();
  readonly #streams = new Set<{ close(): void }>();
  readonly #queue: CarillonEvent[] = [];
  readonly #pending = new Set<Promise<void>>();
  #delivering = false;

  /** Makes a hub; `onListenerError` is called with what listeners throw. */
  constructor(onListenerError: ListenerErrorHandler = () => {}) {
    this.#onListenerError = onListenerError;
  }

  /**
   * Calls a listener for each event, or for those of some names and groups. Throws `invalidOption` for a name
   * that no event has, and for a listener that is no function.
   */
  subscribe<const Selector extends EventSelector = EventSelector>(
    listener: EventListener<SelectedEvent<Selector>>,
    options: SubscribeOptions<Selector> = {},
  ): Subscription {
    if (typeof listener !== "function") {
      throw optionError("listener", "subscribe", "must be a function", listener);
    }
    const { types, from, once = false, signal } = options;
    if (from !== undefined) checkChoice(from, "from", "subscribe", ["own", "others"]);
    const selected = eventSelection(types);
    const entry: Entry = {
      listener: listener as EventListener,
      wants: from === undefined
        ? selected
        : (event) => (event.origin === undefined) === (from === "own") && selected(event),
      once,
      unsubscribe: () => {
        this.#entries.delete(entry);
        signal?.removeEventListener("abort", entry.unsubscribe);
      },
    };
    if (!signal?.aborted) this.#entries.add(entry);
    signal?.addEventListener("abort", entry.unsubscribe, { once: true });
    return { unsubscribe: entry.unsubscribe, [Symbol.dispose]: entry.unsubscribe };
  }

  /**
   * The coming events as an async iterator, from this call on. It keeps what was not taken yet up to a bound,
   * then drops the oldest and counts them; it ends when it is closed or the hub is.
   */
  events<const Selector extends EventSelector = EventSelector>(
    types?: Selector | readonly Selector[],
    options: EventStreamOptions = {},
  ): EventStream<SelectedEvent<Selector>> {
    const stream = new EventStream<SelectedEvent<Selector>>(options, () => {
      subscription.unsubscribe();
      this.#streams.delete(stream);
    });
    const subscription = this.subscribe<Selector>(
      (event) => stream.push(event),
      types === undefined ? {} : { types },
    );
    this.#streams.add(stream);
    if (options.signal?.aborted) stream.close();
    return stream;
  }

  /** True if there are listeners. */
  get hasListeners(): boolean {
    return this.#entries.size > 0;
  }

  /** Hands an event to the listeners; one that is published by a listener waits for its turn. Never throws. */
  publish(event: CarillonEvent): void {
    this.#queue.push(event);
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#deliver(next);
    this.#delivering = false;
  }

  /** Resolves when what asynchronous listeners were doing is done. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Ends all subscriptions and iterators; what these still hold can be taken. */
  close(): void {
    for (const stream of [...this.#streams]) stream.close();
    for (const entry of [...this.#entries]) entry.unsubscribe();
  }

  #deliver(event: CarillonEvent): void {
    for (const entry of [...this.#entries]) {
      // A listener before this one may have ended its subscription.
      if (!this.#entries.has(entry) || !entry.wants(event)) continue;
      if (entry.once) entry.unsubscribe();
      this.#call(entry, event);
    }
  }

  #call(entry: Entry, event: CarillonEvent): void {
    try {
      const answer = entry.listener(event);
      if (isPromiseLike(answer)) this.#track(answer, event);
    } catch (error) {
      this.#report(error, event);
    }
  }

  #track(answer: PromiseLike<unknown>, event: CarillonEvent): void {
    const pending = Promise.resolve(answer).then(
      () => {},
      (error: unknown) => this.#report(error, event),
    ).finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  #report(error: unknown, event: CarillonEvent): void {
    try {
      this.#onListenerError(error, event);
    } catch {
      // An error of the error handler cannot be reported anywhere.
    }
  }
}
