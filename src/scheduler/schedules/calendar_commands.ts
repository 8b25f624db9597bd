import { CarillonError } from "../../errors.ts";
import { checkName } from "../../model/option_checks.ts";
import { type JsonValue, withoutUndefined } from "../../model/payload.ts";
import type { ScheduleRecord, ScheduleWrite } from "../../model/schedule_record.ts";
import type { ScheduleStatus } from "../../model/states.ts";
import { type CalendarDefinition, validateCalendar } from "../../triggers/calendar/calendar.ts";
import { calendarsOf } from "../../triggers/definition.ts";
import { schedulePages } from "../store/row_pages.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import { contentOf } from "./fire_plan.ts";
import { hasRunsLeft } from "./schedule_write.ts";
import type { ScheduleCommands } from "./schedule_commands.ts";

/** Options of the calls about named calendars. */
export interface CalendarStoreOptions {
  /** Alias of the store. @default the first one */
  readonly store?: string;
}

/** Reads and changes named calendars: holidays, closed days, business days. */
export class CalendarCommands {
  readonly #units: StoreUnits;
  readonly #schedules: ScheduleCommands;

  constructor(units: StoreUnits, schedules: ScheduleCommands) {
    this.#units = units;
    this.#schedules = schedules;
  }

  /** Stores a calendar, and has the fires of its schedules computed again. Throws `invalidTrigger`. */
  async set(name: string, definition: CalendarDefinition, { store }: CalendarStoreOptions): Promise<void> {
    checkName(name, "name", "setCalendar");
    const checked = validateCalendar(definition);
    const unit = await this.#units.open(store);
    await unit.store.putCalendar(name, JSON.parse(JSON.stringify(checked)) as JsonValue);
    await unit.zoneRules.note([checked]);
    const users = await schedulesUsing(unit, name);
    await unit.store.replanSchedules(users.map(({ id }) => id));
    // Read only now, as one may just have finished by the calendar of before.
    const finished = (await schedulesUsing(unit, name, "finished")).filter(hasNoFireLeft);
    for (const { id } of finished) await this.#schedules.edit(id, reactivated);
    unit.wake();
  }

  /** The calendars of a store, by name. */
  async list({ store }: CalendarStoreOptions): Promise<Readonly<Record<string, CalendarDefinition>>> {
    const unit = await this.#units.open(store);
    const records = await unit.store.getCalendars();
    return Object.fromEntries(
      records.map(({ name, definition }) => [name, definition as unknown as CalendarDefinition]),
    );
  }

  /** Removes a calendar that no schedule uses. Throws `unknownCalendar` and `invalidState`. */
  async remove(name: string, { store }: CalendarStoreOptions): Promise<void> {
    const unit = await this.#units.open(store);
    if (!(await unit.store.getCalendars()).some((record) => record.name === name)) {
      throw new CarillonError("unknownCalendar", `There is no calendar '${name}'`, {
        details: { calendar: name },
      });
    }
    const users = (await schedulesUsing(unit, name)).map(({ id }) => id);
    if (users.length > 0) {
      const shown = users.slice(0, 3).map((id) => `'${id}'`).join(", ") + (users.length > 3 ? ", …" : "");
      throw new CarillonError(
        "invalidState",
        `Calendar '${name}' is used by ${users.length} schedules (${shown}); change or remove them first`,
        { details: { calendar: name, scheduleIds: users } },
      );
    }
    await unit.store.putCalendar(name, null);
  }
}

async function schedulesUsing(
  { store }: StoreUnit,
  calendar: string,
  status?: ScheduleStatus,
): Promise<readonly ScheduleRecord[]> {
  const users: ScheduleRecord[] = [];
  for await (const records of schedulePages(store, withoutUndefined({ status }))) {
    for (const record of records) {
      if (record.undecodable === undefined && calendarsOf(record.trigger).includes(calendar)) {
        users.push(record);
      }
    }
  }
  return users;
}

/** True if a schedule is finished, but not because it has run as often as it may. */
function hasNoFireLeft(schedule: ScheduleRecord): boolean {
  return schedule.status === "finished" && hasRunsLeft(schedule);
}

/** A schedule that had no fire left: its calendar has changed, and there may be one again. */
function reactivated(before: ScheduleRecord): ScheduleWrite | undefined {
  return hasNoFireLeft(before) ? { ...contentOf(before), status: "active", needsPlanning: true } : undefined;
}
