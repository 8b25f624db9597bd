import { CarillonError } from "../../errors.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import { Temporal } from "../../time/temporal.ts";
import { calendarsOf } from "../../triggers/definition.ts";
import type { CalendarDefinition } from "../../triggers/calendar/calendar.ts";
import { calendarView } from "../../triggers/calendar/calendar_view.ts";
import type { CalendarView, Trigger, TriggerContext } from "../../triggers/trigger.ts";
import { triggerFromJSON } from "../../triggers/trigger_registry.ts";

/** Number of read triggers that are kept. */
const CACHE_MAX = 10_000;

interface ReadTrigger {
  /** The stored form that it was read from. */
  readonly json: ScheduleRecord["trigger"];
  readonly text: string;
  readonly trigger: Trigger;
  readonly usesCalendars: boolean;
}

/** Makes stored triggers into live ones, with the calendars they may name. */
export class TriggerReader {
  readonly #store: DataStore;
  readonly #cache = new Map<number, ReadTrigger>();
  /** The last anchor as an instant: mostly the same schedules are asked for again and again. */
  #anchor: Temporal.Instant | undefined;
  #calendars: ReadonlyMap<string, CalendarView> = new Map();
  #calendarVersions = "";
  /** Number of reads of the calendars begun, and the latest one whose result is known. */
  #begun = 0;
  #finished = 0;

  constructor(store: DataStore) {
    this.#store = store;
  }

  /** The calendars as last read. */
  get calendars(): ReadonlyMap<string, CalendarView> {
    return this.#calendars;
  }

  /** Reads the calendars again if any was changed. */
  async refreshCalendars(): Promise<void> {
    const begun = ++this.#begun;
    const records = await this.#store.getCalendars();
    // Reads may overtake each other: an older one must not win.
    if (begun < this.#finished) return;
    this.#finished = begun;
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
    return { trigger: this.#read(schedule).trigger, context: this.contextOf(schedule) };
  }

  /** True if the fires of a schedule depend on calendars; where its trigger cannot be read, they do not. */
  usesCalendars(schedule: ScheduleRecord): boolean {
    try {
      return schedule.undecodable === undefined && this.#read(schedule).usesCalendars;
    } catch {
      return false;
    }
  }

  /** The context that a schedule's trigger depends on beside its definition. */
  contextOf(schedule: Pick<ScheduleRecord, "anchorMs" | "lastFinishedMs">): TriggerContext {
    const { anchorMs, lastFinishedMs } = schedule;
    if (this.#anchor?.epochMilliseconds !== anchorMs) {
      this.#anchor = Temporal.Instant.fromEpochMilliseconds(anchorMs);
    }
    return {
      anchor: this.#anchor,
      calendars: this.#calendars,
      lastFinished: lastFinishedMs === null
        ? undefined
        : Temporal.Instant.fromEpochMilliseconds(lastFinishedMs),
    };
  }

  #read({ seq, trigger: json }: ScheduleRecord): ReadTrigger {
    const known = this.#cache.get(seq);
    if (known?.json === json) return known;
    const text = JSON.stringify(json);
    if (known?.text === text) return known;
    const trigger = triggerFromJSON(json);
    const read = { json, text, trigger, usesCalendars: calendarsOf(trigger).length > 0 };
    if (this.#cache.size >= CACHE_MAX) this.#cache.clear();
    this.#cache.set(seq, read);
    return read;
  }
}
