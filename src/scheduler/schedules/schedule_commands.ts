import { CarillonError } from "../../errors.ts";
import { refuseUnknownOptions } from "../../model/option_checks.ts";
import type { ScheduleRecord, ScheduleWrite } from "../../model/schedule_record.ts";
import type { ScheduleFilter } from "../../stores/schedule_store.ts";
import { Temporal } from "../../time/temporal.ts";
import type { Environment } from "../environment.ts";
import { contentOf } from "./fire_plan.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import { newSchedule, type PlanningFacts, replacedSchedule, type WantedSchedule } from "./schedule_write.ts";

const scheduleFilterKeys = [
  "ids",
  "taskName",
  "group",
  "paused",
  "status",
  "limit",
  "offset",
] as const satisfies readonly (keyof ScheduleFilter)[];

/** How often a write is tried again because somebody else changed the same schedule. */
const CONFLICTS_MAX = 20;

/** A change to a stored schedule; undefined leaves it as it is. */
export type ScheduleEdit = (before: ScheduleRecord, facts: PlanningFacts) => ScheduleWrite | undefined;

/** Adds, changes and removes schedules: reads, decides, and writes if nothing changed meanwhile. */
export class ScheduleCommands {
  readonly #environment: Environment;
  readonly #units: StoreUnits;

  constructor(environment: Environment, units: StoreUnits) {
    this.#environment = environment;
    this.#units = units;
  }

  /** Stores a wanted schedule as its conflict policy says. */
  async put(unit: StoreUnit, wanted: WantedSchedule): Promise<ScheduleRecord> {
    const { conflictPolicy } = wanted.options;
    const record = await this.#retry(wanted.id, async () => {
      const facts = await this.facts(unit);
      const [before] = await unit.store.getSchedules({ ids: [wanted.id] });
      if (before && conflictPolicy === "doNothing") return before;
      if (before && conflictPolicy === "exception") throw exists(wanted.id);
      const schedule = before ? replacedSchedule(before, wanted, facts) : newSchedule(wanted, facts);
      return (await unit.gateway.schedules.write([{ before, schedule }]))?.[0];
    });
    unit.wake();
    this.#environment.logger.debug("schedule stored", { store: unit.alias, schedule: wanted.id });
    return record;
  }

  /** Makes a group exactly these schedules, in one step. */
  async apply(
    unit: StoreUnit,
    group: string,
    wanted: readonly WantedSchedule[],
  ): Promise<{ readonly written: readonly ScheduleRecord[]; readonly removed: readonly string[] }> {
    const answer = await this.#retry(group, async () => {
      const facts = await this.facts(unit);
      const ids = wanted.map((schedule) => schedule.id);
      const taken = new Map((await unit.store.getSchedules({ ids })).map((record) => [record.id, record]));
      const stale = (await unit.store.getSchedules({ group })).filter((record) => !ids.includes(record.id));
      for (const record of taken.values()) if (record.group !== group) throw takenElsewhere(record, group);
      const puts = wanted.map((schedule) => {
        const before = taken.get(schedule.id);
        const write = before ? replacedSchedule(before, schedule, facts) : newSchedule(schedule, facts);
        return { before, schedule: write };
      });
      const written = await unit.gateway.schedules.write(puts, stale);
      return written && { written, removed: stale.map((record) => record.id) };
    });
    unit.wake();
    return answer;
  }

  /** Changes a schedule; answers it as it is afterwards. Throws `scheduleNotFound`. */
  async edit(id: string, edit: ScheduleEdit): Promise<ScheduleRecord> {
    const { unit } = await this.#units.schedule(id);
    const record = await this.#retry(id, async () => {
      const facts = await this.facts(unit);
      const { record: before } = await this.#units.schedule(id);
      const schedule = edit(before, facts);
      return schedule ? (await unit.gateway.schedules.write([{ before, schedule }]))?.[0] : before;
    });
    unit.wake();
    return record;
  }

  /** Removes a schedule. Throws `scheduleNotFound`. */
  async remove(id: string, jobs: "keep" | "cancel"): Promise<void> {
    const { unit } = await this.#units.schedule(id);
    await this.#retry(id, async () => {
      const { record } = await this.#units.schedule(id);
      return await unit.gateway.schedules.write([], [record]);
    });
    if (jobs === "cancel") await unit.cancellation.cancelJobsOf(id, [], `its schedule '${id}' was removed`);
    unit.wake();
  }

  /** The schedules that match, from one store or all of them. */
  async list(filter: ScheduleFilter, store?: string): Promise<readonly ScheduleRecord[]> {
    refuseUnknownOptions(filter, scheduleFilterKeys, "the filter of schedules");
    const units = store === undefined ? this.#units.all() : [this.#units.get(store)];
    const lists = await Promise.all(units.map(async (unit) => {
      await unit.open();
      return await unit.gateway.looks.getSchedules(filter);
    }));
    return lists.flat();
  }

  /** What fire times are computed with now. */
  async facts(unit: StoreUnit): Promise<PlanningFacts> {
    await unit.triggers.refreshCalendars();
    return {
      nowMs: await unit.store.nowMs(),
      context: { calendars: unit.triggers.calendars },
      instantOf: (epochMs) => Temporal.Instant.fromEpochMilliseconds(epochMs),
    };
  }

  async #retry<Answer>(what: string, attempt: () => Promise<Answer | undefined>): Promise<Answer> {
    for (let conflicts = 0; conflicts < CONFLICTS_MAX; conflicts++) {
      const answer = await attempt();
      if (answer !== undefined) return answer;
    }
    throw new CarillonError("storeBusy", `'${what}' was changed by others each time it was to be written`, {
      retryable: true,
    });
  }
}

/** A record's content, to be changed. */
export function edited(before: ScheduleRecord, change: Partial<ScheduleWrite>): ScheduleWrite {
  return { ...contentOf(before), ...change };
}

function exists(id: string): CarillonError {
  return new CarillonError(
    "scheduleExists",
    `There is already a schedule '${id}'; choose another id or another conflict policy`,
    { details: { scheduleId: id } },
  );
}

function takenElsewhere(record: ScheduleRecord, group: string): CarillonError {
  const where = record.group === null ? "belongs to no group" : `belongs to group '${record.group}'`;
  return new CarillonError(
    "scheduleExists",
    `Schedule '${record.id}' ${where}, so it cannot be applied to group '${group}'; choose another id`,
    { details: { scheduleId: record.id, group: record.group } },
  );
}
