import type { CarillonEvent } from "../../../events/event.ts";
import type { Clock } from "../../../time/clock.ts";

/** An event without what every event of a store carries. */
type Untold<Event> = Event extends { readonly store: string }
  ? Omit<Event, "store" | "atMs"> & { atMs?: number }
  : never;

/** Where events go. */
export interface EventSink {
  publish(event: CarillonEvent): void;
  /** Whether anybody hears events; where nobody does, they need not be made. */
  hasSubscribers(): boolean;
  /** Whether listeners are also told what the store notes of others; then it must be known what is written and not told yet. */
  readonly storesTell: boolean;
}

/** Puts the store's alias and the time on events and hands them to the hub. */
export class EventPublisher {
  readonly #alias: string;
  readonly #clock: Clock;
  readonly #sink: EventSink;

  /** Tells about the store of this alias. */
  constructor(alias: string, clock: Clock, sink: EventSink) {
    this.#alias = alias;
    this.#clock = clock;
    this.#sink = sink;
  }

  /** Whether anybody hears what is told. */
  get hasSubscribers(): boolean {
    return this.#sink.hasSubscribers();
  }

  /** Publishes an event; `atMs` is now unless given. */
  publish(event: Untold<CarillonEvent>): void {
    this.#sink.publish({ store: this.#alias, atMs: this.#clock.nowMs(), ...event } as CarillonEvent);
  }
}
