import { ChangeStream, type StoredEvent, type StoredEventType } from "./change_stream.ts";
import { cursorText, positionsOf } from "./event_cursor.ts";
import type { EventHub } from "../../events/event_hub.ts";
import type { Clock } from "../../time/clock.ts";
import type { StoreUnits } from "../store_units.ts";

/** Options of reading events that the stores keep. */
export interface StoredEventsOptions<Type extends StoredEventType = StoredEventType> {
  /** The `cursor` of the last event that was read, or what `eventCursor()` answered. */
  readonly after: string;
  /** Names of events; one or several. @default all that are kept */
  readonly types?: Type | readonly Type[];
  /** Ends the stream when it is aborted. @default none */
  readonly signal?: AbortSignal;
}

/** What reading the feeds of a scheduler's stores needs of it. */
export interface FeedParts {
  readonly units: StoreUnits;
  readonly hub: EventHub;
  readonly options: { readonly clock: Clock };
  readonly streams: Set<{ close(): void }>;
}

/** The events that the stores of a scheduler keep, from behind a cursor on. */
export function storedEvents(
  { units, hub, options, streams }: FeedParts,
  { after, types, signal }: StoredEventsOptions,
): ChangeStream<StoredEvent> {
  const wanted = types === undefined
    ? undefined
    : new Set<string>(typeof types === "string" ? [types] : types);
  const stream = new ChangeStream<StoredEvent>({
    units: units.all(),
    clock: options.clock,
    positions: positionsOf(after),
    wants: (type) => wanted?.has(type) ?? true,
    signal,
    onChange: (callback) =>
      hub.subscribe(callback, { types: ["task", "schedule", "jobFinished"] }).unsubscribe,
    onClose: (closed) => streams.delete(closed),
  });
  streams.add(stream);
  return stream;
}

/** Where the feeds of a scheduler's stores end. */
export async function feedEnds({ units }: Pick<FeedParts, "units">): Promise<string> {
  const ends = await Promise.all(
    units.all().map(async (unit) => {
      await unit.open();
      const { last } = await unit.store.readChanges({ after: 0, limit: 0 });
      return [unit.alias, last] as const;
    }),
  );
  return cursorText(new Map(ends));
}
