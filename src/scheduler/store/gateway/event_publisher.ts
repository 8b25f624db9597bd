import type { CarillonEvent } from "../../../events/event.ts";
import type { Environment } from "../../environment.ts";

/** An event without the fields that every event of a store carries. */
type Unpublished<Event> = Event extends { readonly store: string }
  ? Omit<Event, "store" | "atMs"> & { atMs?: number }
  : never;

/** A part of the scheduler that acts on the events of its own writes. */
export interface OwnEventListener {
  onEvent(event: CarillonEvent): void;
}

/**
 * Publishes what this scheduler does with one store: puts the store's alias and the time on events and hands them to the
 * parts that act on them, to local listeners and to the broker.
 */
export class EventPublisher {
  readonly alias: string;
  readonly #environment: Environment;
  readonly #listeners: OwnEventListener[] = [];

  constructor(environment: Environment, alias: string) {
    this.alias = alias;
    this.#environment = environment;
  }

  /** Adds a part that gets each event before everyone else does. */
  addListener(listener: OwnEventListener): void {
    this.#listeners.push(listener);
  }

  /** False if no one gets what is published, so that it need not be made. */
  get hasSubscribers(): boolean {
    return this.#environment.events.hasSubscribers;
  }

  /** Publishes an event; `atMs` is now by default. */
  publish(event: Unpublished<CarillonEvent>): void {
    const { clock, events } = this.#environment;
    const whole = { store: this.alias, atMs: clock.nowMs(), ...event } as CarillonEvent;
    for (const listener of this.#listeners) listener.onEvent(whole);
    events.publish(whole);
  }
}
