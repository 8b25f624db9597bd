import { CarillonError } from "../errors.ts";
import type { JsonValue } from "../model/payload.ts";
import type { ScheduleRecord, ScheduleWrite } from "../model/schedule_record.ts";
import type { ScheduleStatus } from "../model/states.ts";
import { checkName } from "../model/option_checks.ts";
import { type CalendarDefinition, validateCalendar } from "../triggers/calendar/calendar.ts";
import { calendarsOf } from "../triggers/definition.ts";
import { contentOf } from "./schedules/fire_plan.ts";
import { SchedulerTasks } from "./scheduler_tasks.ts";
import type { StoreUnit } from "./store_unit.ts";

/** What a scheduler can do about named calendars: holidays, closed days, business days. */
export abstract class SchedulerCalendars extends SchedulerTasks {
  /**
   * Stores a named calendar, for `trigger.except(name)` and `trigger.only(name)`. The next fires of schedules
   * that use it are computed again, and those that move are told (`scheduleUpdated`).
   *
   * Throws `invalidTrigger` for a definition that is not understood.
   *
   * @example
   * ```ts
   * import { cron, Scheduler, task } from "carillon";
   *
   * const open = task({ name: "open", run() {} });
   * await using scheduler = new Scheduler({ tasks: [open] });
   * await scheduler.setCalendar("holidays", { dates: ["2026-12-25"] });
   * await scheduler.addSchedule(open, cron("0 9 * * *").except("holidays"), { id: "open" });
   * ```
   */
  async setCalendar(
    name: string,
    definition: CalendarDefinition,
    options: { readonly store?: string } = {},
  ): Promise<void> {
    checkName(name, "name", "setCalendar");
    const checked = validateCalendar(definition);
    const unit = await this.parts.units.open(options.store);
    await unit.store.putCalendar(name, JSON.parse(JSON.stringify(checked)) as JsonValue);
    const users = await this.#users(unit, name);
    await unit.store.replanSchedules(users.map(({ id }) => id));
    // Asked for now, as one may just have ended by the calendar of before.
    const ended = (await this.#users(unit, name, "finished")).filter(hasEnded);
    for (const { id } of ended) await this.parts.schedules.edit(id, planned);
    unit.wake();
  }

  /** The named calendars of a store, by name. */
  async getCalendars(
    options: { readonly store?: string } = {},
  ): Promise<Readonly<Record<string, CalendarDefinition>>> {
    const unit = await this.parts.units.open(options.store);
    const records = await unit.store.getCalendars();
    return Object.fromEntries(
      records.map(({ name, definition }) => [name, definition as unknown as CalendarDefinition]),
    );
  }

  /** Removes a calendar. Throws `unknownCalendar`, and `invalidState` while a schedule uses it. */
  async removeCalendar(name: string, options: { readonly store?: string } = {}): Promise<void> {
    const unit = await this.parts.units.open(options.store);
    if (!(await unit.store.getCalendars()).some((record) => record.name === name)) {
      throw new CarillonError("unknownCalendar", `There is no calendar '${name}'`, {
        details: { calendar: name },
      });
    }
    const users = (await this.#users(unit, name)).map(({ id }) => id);
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

  async #users(
    unit: StoreUnit,
    name: string,
    status?: ScheduleStatus,
  ): Promise<readonly ScheduleRecord[]> {
    const records = await unit.store.getSchedules(status === undefined ? {} : { status });
    return records.filter((record) =>
      record.undecodable === undefined && calendarsOf(record.trigger).includes(name)
    );
  }
}

/** Whether a schedule is finished, but not because it has run as often as it may. */
function hasEnded({ status, policies: { maxRuns }, counters }: ScheduleRecord): boolean {
  return status === "finished" && (maxRuns === null || counters.runs < maxRuns);
}

/** A schedule that had no fire left: a calendar has changed, and there may be one again. */
function planned(before: ScheduleRecord): ScheduleWrite | undefined {
  return hasEnded(before) ? { ...contentOf(before), status: "active", needsPlanning: true } : undefined;
}
