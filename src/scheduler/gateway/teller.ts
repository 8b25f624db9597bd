import type { CarillonEvent } from "../../events/event.ts";
import type { Clock } from "../../time/clock.ts";

/** An event without what every event of a store carries. */
type Untold<Event> = Event extends { readonly store: string }
  ? Omit<Event, "store" | "atMs"> & { atMs?: number }
  : never;

/** Puts the store's alias and the time on events and hands them to the hub. */
export class Teller {
  readonly #alias: string;
  readonly #clock: Clock;
  readonly #publish: (event: CarillonEvent) => void;

  /** Tells about the store of this alias. */
  constructor(alias: string, clock: Clock, publish: (event: CarillonEvent) => void) {
    this.#alias = alias;
    this.#clock = clock;
    this.#publish = publish;
  }

  /** Publishes an event; `atMs` is now unless given. */
  tell(event: Untold<CarillonEvent>): void {
    this.#publish({ store: this.#alias, atMs: this.#clock.nowMs(), ...event } as CarillonEvent);
  }
}
