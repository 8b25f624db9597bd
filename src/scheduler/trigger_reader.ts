import { CarillonError } from "../errors.ts";
import type { ScheduleRecord } from "../model/schedule_record.ts";
import type { DataStore } from "../stores/data_store.ts";
import { Temporal } from "../time/temporal.ts";
import type { CalendarDefinition } from "../triggers/calendar.ts";
import { calendarView } from "../triggers/calendar_view.ts";
import type { CalendarView, Trigger, TriggerContext } from "../triggers/trigger.ts";
import { triggerFromJSON } from "../triggers/trigger_from_json.ts";

/** How many read triggers are kept. */
const CACHE_MAX = 10_000;

/** Makes stored triggers into live ones, with the calendars they may name. */
export class TriggerReader {
  readonly #store: DataStore;
  readonly #cache = new Map<string, Trigger>();
  #calendars: ReadonlyMap<string, CalendarView> = new Map();
  #calendarVersions = "";

  constructor(store: DataStore) {
    this.#store = store;
  }

  /** The calendars as last read. */
  get calendars(): ReadonlyMap<string, CalendarView> {
    return this.#calendars;
  }

  /** Reads the calendars again if any was changed. */
  async refreshCalendars(): Promise<void> {
    const records = await this.#store.getCalendars();
    const versions = records.map(({ name, version }) => `${name}:${version}`).join();
    if (versions === this.#calendarVersions) return;
    this.#calendarVersions = versions;
    this.#calendars = new Map(
      records.map((
        { name, definition },
      ) => [name, calendarView(definition as unknown as CalendarDefinition)]),
    );
  }

  /** The trigger of a schedule, and what it depends on. */
  read(schedule: ScheduleRecord): { readonly trigger: Trigger; readonly context: TriggerContext } {
    if (schedule.undecodable !== undefined) {
      throw new CarillonError(
        "deserializationFailed",
        `The stored schedule cannot be read: ${schedule.undecodable}`,
      );
    }
    return { trigger: this.#trigger(schedule), context: this.contextOf(schedule) };
  }

  /** What a schedule's trigger depends on beside its definition. */
  contextOf(schedule: Pick<ScheduleRecord, "anchorMs" | "lastFinishedMs">): TriggerContext {
    return {
      anchor: Temporal.Instant.fromEpochMilliseconds(schedule.anchorMs),
      calendars: this.#calendars,
      lastFinished: schedule.lastFinishedMs === null
        ? undefined
        : Temporal.Instant.fromEpochMilliseconds(schedule.lastFinishedMs),
    };
  }

  #trigger(schedule: ScheduleRecord): Trigger {
    const key = `${schedule.seq}:${JSON.stringify(schedule.trigger)}`;
    const cached = this.#cache.get(key);
    if (cached) return cached;
    const trigger = triggerFromJSON(schedule.trigger);
    if (this.#cache.size >= CACHE_MAX) this.#cache.clear();
    this.#cache.set(key, trigger);
    return trigger;
  }
}
