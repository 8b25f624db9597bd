import type { JsonValue } from "../../src/model/payload.ts";
import type { CalendarRecord } from "../../src/stores/schedule_store.ts";
import type { CalendarDefinition } from "../../src/triggers/calendar/calendar.ts";
import { calendarView } from "../../src/triggers/calendar/calendar_view.ts";
import type { CalendarView } from "../../src/triggers/trigger.ts";

/** A second account of the calendars: how they are now, and how often one was changed. */
export class CalendarBook {
  readonly #views = new Map<string, CalendarView>();
  readonly #changes = new Map<string, number>();

  /** The calendars as they are now. */
  get views(): ReadonlyMap<string, CalendarView> {
    return this.#views;
  }

  /** The calendars that are there in the beginning. */
  read(records: readonly CalendarRecord[]): void {
    for (const { name, definition } of records) this.put(name, definition);
  }

  /** A calendar was written. */
  put(name: string, definition: JsonValue | null): void {
    this.#changes.set(name, this.#changesOf(name) + 1);
    if (definition === null) this.#views.delete(name);
    else this.#views.set(name, calendarView(definition as unknown as CalendarDefinition));
  }

  /** Number of changes of any of these. */
  changes(names: readonly string[]): number {
    return names.reduce((sum, name) => sum + this.#changesOf(name), 0);
  }

  #changesOf(name: string): number {
    return this.#changes.get(name) ?? 0;
  }
}
