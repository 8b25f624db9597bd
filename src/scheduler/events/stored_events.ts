import type { EventHub } from "../../events/event_hub.ts";
import type { Clock } from "../../time/clock.ts";
import type { StoreUnits } from "../store_units.ts";
import {
  ChangeStream,
  cursorText,
  positionsOf,
  type StoredEvent,
  type StoredEventType,
} from "./change_stream.ts";

/** Options of reading events that the stores keep. */
export interface StoredEventsOptions<Type extends StoredEventType = StoredEventType> {
  /** The `cursor` of the last event that was read, or what `eventCursor()` returned. */
  readonly after: string;
  /** Names of events; one or several. @default all that are kept */
  readonly types?: Type | readonly Type[];
  /** Ends the stream when it is aborted. @default none */
  readonly signal?: AbortSignal;
}

/** Reads the events that the stores of a scheduler keep. */
export class StoredEvents {
  readonly #units: StoreUnits;
  readonly #hub: EventHub;
  readonly #clock: Clock;
  /** The open streams: they end when the scheduler stops. */
  readonly #streams = new Set<{ close(): void }>();

  constructor(units: StoreUnits, hub: EventHub, clock: Clock) {
    this.#units = units;
    this.#hub = hub;
    this.#clock = clock;
  }

  /** Streams the events behind a cursor. Throws `invalidOption` for a string that is no cursor. */
  read<Type extends StoredEventType>(
    { after, types, signal }: StoredEventsOptions<Type>,
  ): ChangeStream<StoredEvent<Type>> {
    const wanted = types === undefined
      ? undefined
      : new Set<string>(typeof types === "string" ? [types] : types);
    const stream = new ChangeStream<StoredEvent<Type>>({
      units: this.#units.all(),
      clock: this.#clock,
      positions: positionsOf(after),
      wants: (type) => wanted?.has(type) ?? true,
      signal,
      onChange: (callback) =>
        this.#hub.subscribe(callback, { types: ["task", "schedule", "jobFinished"] }).unsubscribe,
      onClose: (closed) => this.#streams.delete(closed),
    });
    this.#streams.add(stream);
    return stream;
  }

  /** The end of the stores' feeds, as a cursor. */
  async cursor(): Promise<string> {
    const units = await this.#units.openAll();
    const ends = await Promise.all(units.map(async ({ alias, store }) => {
      const { last } = await store.readChanges({ after: 0, limit: 0 });
      return [alias, last] as const;
    }));
    return cursorText(new Map(ends));
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of [...this.#streams]) stream.close();
  }
}
