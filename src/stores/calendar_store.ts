import type { JsonValue } from "../model/payload.ts";

/** A named calendar as stored. */
export interface CalendarRecord {
  readonly name: string;
  /** What the calendar functions validate and read. */
  readonly definition: JsonValue;
  /** Grows with every write, also across removals. */
  readonly version: number;
}

/** Named calendars and other small facts that schedules depend on. */
export interface CalendarStore {
  /** Writes a calendar, or removes it with `null`. */
  putCalendar(name: string, definition: JsonValue | null): Promise<void>;
  /** All calendars, by name. */
  getCalendars(): Promise<readonly CalendarRecord[]>;
  /** A remembered fact about the whole store, such as the time zone rules it was last planned with. */
  getFact(key: string): Promise<string | undefined>;
  /** Remembers a fact. */
  putFact(key: string, value: string): Promise<void>;
}
