import type { JsonValue } from "../../model/payload.ts";
import type { CalendarRecord } from "../calendar_store.ts";
import type { MemoryState } from "./memory_state.ts";
import { storedCopy } from "./stored_copy.ts";

/** Writes or removes a calendar. */
export function putCalendar(state: MemoryState, name: string, definition: JsonValue | null): void {
  if (definition === null) {
    state.calendars.delete(name);
    return;
  }
  const copy = storedCopy({ name, definition });
  state.calendars.set(name, Object.freeze({ ...copy, version: state.nextCalendarVersion() }));
}

/** All calendars, by name. */
export function getCalendars(state: MemoryState): readonly CalendarRecord[] {
  return [...state.calendars.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
