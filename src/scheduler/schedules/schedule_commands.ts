import { CarillonError } from "../../errors.ts";
import { checkChoice, refuseUnknownOptions } from "../../model/option_checks.ts";
import { resolveScheduleOptions, type ScheduleSettings } from "../../model/schedule_options.ts";
import { isPlainObject, withoutUndefined } from "../../model/payload.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { TaskReference } from "../../registry/task_types.ts";
import type { ScheduleFilter, SchedulePlace } from "../../stores/schedule_store.ts";
import { epochMsOf, type MomentInput } from "../../time/moment.ts";
import type { Trigger } from "../../triggers/trigger.ts";
import type { Environment } from "../environment.ts";
import type { JobHandle } from "../jobs/handles.ts";
import { type Page, type PagedList, type PageOptions, readPage, throughPages } from "../list_pages.ts";
import type { SchedulePut } from "../store/gateway/schedule_gateway.ts";
import { inSteps, schedulePages } from "../store/row_pages.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import { type Schedule, scheduleView } from "../views/schedule.ts";
import type { ManualRuns } from "./manual_runs.ts";
import { edited, editedSchedule, type ScheduleEdit, type ScheduleEditOptions } from "./schedule_edit.ts";
import {
  newSchedule,
  type PlanningFacts,
  replacedSchedule,
  resumedFrom,
  type WantedSchedule,
} from "./schedule_write.ts";
import { wantedSchedule } from "./wanted_schedule.ts";

/** Filter of {@linkcode Scheduler.allSchedules}; a missing key does not restrict. */
export interface AllSchedulesFilter extends Omit<ScheduleFilter, "after" | "order" | "limit"> {
  /** Alias of the store. @default all of them */
  readonly store?: string;
}

/** Filter and page of {@linkcode Scheduler.getSchedules}; a missing key does not restrict. */
export interface SchedulesFilter extends AllSchedulesFilter, PageOptions {}

/** One schedule of the list given to {@linkcode Scheduler.applySchedules}. */
export type AppliedSchedule = ScheduleSettings & {
  readonly id: string;
  readonly task: TaskReference;
  readonly trigger: Trigger;
  readonly input?: unknown;
};

/** The schedules that {@linkcode Scheduler.applySchedules} wrote and removed. */
export interface AppliedSchedules {
  readonly written: readonly Schedule[];
  /** Ids of the schedules that were removed. */
  readonly removed: readonly string[];
}

/** A stored schedule: to look at, to change, to remove. */
export interface ScheduleHandle {
  /** The schedule's id. */
  readonly id: string;
  /** The schedule as it is now. Throws `scheduleNotFound`. */
  get(): Promise<Schedule>;
  /** Changes it. */
  update(change: ScheduleEditOptions): Promise<Schedule>;
  /** Stops it from firing until it is resumed. */
  pause(): Promise<Schedule>;
  /** Lets it fire again; by default the fires of the pause are owed. */
  resume(options?: ResumeOptions): Promise<Schedule>;
  /** Adds a job of it now, outside its fire times. */
  runNow(): Promise<JobHandle>;
  /** Removes it; by default its jobs stay. */
  remove(options?: RemoveScheduleOptions): Promise<void>;
}

/** Options of resuming a schedule. */
export interface ResumeOptions {
  /**
   * Where it continues. Without it, the fires that fell into the pause are owed; with `"now"` or an instant,
   * those before it are given up. @default where it was paused
   */
  readonly resumeFrom?: "now" | MomentInput;
}

/** Options of removing a schedule. */
export interface RemoveScheduleOptions {
  /** Fate of its unfinished jobs. @default "keep" */
  readonly jobs?: "keep" | "cancel";
}

const scheduleFilterKeys = [
  "ids",
  "idPrefix",
  "taskName",
  "group",
  "paused",
  "status",
] as const satisfies readonly (keyof ScheduleFilter)[];

/** Number of times a write is tried again because the same schedule was changed meanwhile. */
const CONFLICTS_MAX = 20;

/** Number of schedules without an id that are remembered of a task. */
const UNNAMED_MAX = 1000;

/** Adds, changes and removes schedules: reads, decides, and writes if nothing has changed meanwhile. */
export class ScheduleCommands {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #manualRuns: ManualRuns;
  /** Per store and task the triggers of the schedules without an id of their own; undefined once that was warned of. */
  readonly #unnamed = new Map<string, Set<string> | undefined>();

  constructor(environment: Environment, units: StoreUnits, manualRuns: ManualRuns) {
    this.#environment = environment;
    this.#units = units;
    this.#manualRuns = manualRuns;
  }

  /** Checks and stores a schedule. Throws `unknownTask`, `invalidInput`, `neverFires` or `scheduleExists`. */
  async add(task: TaskReference, trigger: Trigger, settings: ScheduleSettings): Promise<ScheduleHandle> {
    const options = resolveScheduleOptions(settings, `schedule '${settings.id ?? "without id"}'`);
    const unit = await this.#units.open(options.store);
    const wanted = await wantedSchedule(task, trigger, options, null, this.#environment);
    const record = await this.put(unit, wanted);
    if (wanted.generatedId) await this.#warnOfRepetition(unit, record);
    return this.#handle(record.id);
  }

  /** Makes a group exactly these schedules, in one step. Throws what `add` throws. */
  async apply(list: readonly AppliedSchedule[], group: string, store?: string): Promise<AppliedSchedules> {
    const unit = await this.#units.open(store);
    refuseTwice(list.map((entry) => entry.id));
    const wanted: WantedSchedule[] = [];
    for await (const step of inSteps(list)) {
      const checked = step.map(({ task, trigger, ...settings }) => {
        const options = resolveScheduleOptions(settings, `schedule '${settings.id}'`);
        return wantedSchedule(task, trigger, options, group, this.#environment);
      });
      for (const one of await Promise.all(checked)) wanted.push(one);
    }
    const answer = await this.#retry(group, () => this.#tryApply(unit, group, wanted));
    await unit.zoneRules.note(answer.written.map(({ trigger }) => trigger));
    unit.wake();
    return { written: answer.written.map(scheduleView), removed: answer.removed };
  }

  /** A handle of a stored schedule. Throws `scheduleNotFound`. */
  async get(id: string): Promise<ScheduleHandle> {
    await this.#units.schedule(id);
    return this.#handle(id);
  }

  /** A page of the schedules that match, by next fire time. Throws `invalidOption`. */
  list(filter: SchedulesFilter): Promise<Page<Schedule>> {
    return this.#page(filter, "nextFire");
  }

  /** All schedules that match, by order of adding: each once, also where it fires meanwhile. Throws `invalidOption`. */
  all(filter: AllSchedulesFilter): AsyncGenerator<Schedule, void> {
    refuseUnknownOptions(filter, [...scheduleFilterKeys, "store"], "the filter of all schedules");
    return throughPages((page) => this.#page({ ...filter, ...page }, "oldest"));
  }

  /** Changes a schedule. Throws `scheduleNotFound`. */
  async update(id: string, change: ScheduleEditOptions): Promise<Schedule> {
    const edit = await editedSchedule(id, change, this.#environment, this.#units);
    return scheduleView(await this.edit(id, edit));
  }

  /** Stops a schedule from firing. Throws `scheduleNotFound`. */
  async pause(id: string): Promise<Schedule> {
    const edit: ScheduleEdit = (before) => before.paused ? undefined : edited(before, { paused: true });
    return scheduleView(await this.edit(id, edit));
  }

  /** Lets a paused schedule fire again. Throws `scheduleNotFound`. */
  async resume(id: string, options: ResumeOptions): Promise<Schedule> {
    refuseUnknownOptions(options, ["resumeFrom"], `resuming schedule '${id}'`);
    const { resumeFrom } = options;
    const { timeZone } = this.#environment;
    const record = await this.edit(id, (before, facts) => {
      if (!before.paused) return undefined;
      if (resumeFrom === undefined) return edited(before, { paused: false });
      const fromMs = resumeFrom === "now" ? facts.nowMs : epochMsOf(resumeFrom, "resumeFrom", timeZone);
      return { ...resumedFrom(before, fromMs, facts), paused: false };
    });
    return scheduleView(record);
  }

  /** Removes a schedule. Throws `scheduleNotFound`. */
  async remove(id: string, options: RemoveScheduleOptions): Promise<void> {
    const where = `removing schedule '${id}'`;
    refuseUnknownOptions(options, ["jobs"], where);
    const jobs = checkChoice(options.jobs ?? "keep", "jobs", where, ["keep", "cancel"]);
    const { unit } = await this.#units.schedule(id);
    await this.#retry(id, async () => {
      const { record } = await this.#units.schedule(id);
      return await unit.gateway.schedules.write([], [record]);
    });
    if (jobs === "cancel") await unit.cancellation.cancelJobsOf(id, [], `its schedule '${id}' was removed`);
    unit.wake();
  }

  /** Stores a checked schedule as its conflict policy says. Throws `neverFires` or `scheduleExists`. */
  async put(unit: StoreUnit, wanted: WantedSchedule): Promise<ScheduleRecord> {
    const { conflictPolicy } = wanted.options;
    const record = await this.#retry(wanted.id, async () => {
      const facts = await planningFacts(unit);
      const [before] = await unit.store.getSchedules({ ids: [wanted.id] });
      if (before && conflictPolicy === "doNothing") return before;
      if (before && conflictPolicy === "exception") throw exists(wanted.id);
      const schedule = before ? replacedSchedule(before, wanted, facts) : newSchedule(wanted, facts);
      return (await unit.gateway.schedules.write([{ before, schedule }]))?.[0];
    });
    await unit.zoneRules.note([record.trigger]);
    unit.wake();
    this.#environment.logger.debug("schedule stored", { store: unit.alias, schedule: wanted.id });
    return record;
  }

  /** Applies an edit to a stored schedule and returns the schedule afterwards. Throws `scheduleNotFound`. */
  async edit(id: string, edit: ScheduleEdit): Promise<ScheduleRecord> {
    const { unit } = await this.#units.schedule(id);
    const record = await this.#retry(id, async () => {
      const facts = await planningFacts(unit);
      const { record: before } = await this.#units.schedule(id);
      const schedule = edit(before, facts);
      return schedule ? (await unit.gateway.schedules.write([{ before, schedule }]))?.[0] : before;
    });
    await unit.zoneRules.note([record.trigger]);
    unit.wake();
    return record;
  }

  /** Undefined where a schedule was changed meanwhile. */
  async #tryApply(unit: StoreUnit, group: string, wanted: readonly WantedSchedule[]) {
    const facts = await planningFacts(unit);
    const puts: SchedulePut[] = [];
    for await (const step of inSteps(wanted)) {
      const ids = step.map((schedule) => schedule.id);
      const stored = new Map((await unit.store.getSchedules({ ids })).map((record) => [record.id, record]));
      for (const schedule of step) {
        const before = stored.get(schedule.id);
        if (before && before.group !== group) throw inOtherGroup(before, group);
        const write = before ? replacedSchedule(before, schedule, facts) : newSchedule(schedule, facts);
        puts.push({ before, schedule: write });
      }
    }
    const kept = new Set(wanted.map((schedule) => schedule.id));
    const stale: ScheduleRecord[] = [];
    for await (const page of schedulePages(unit.store, { group })) {
      for (const record of page) if (!kept.has(record.id)) stale.push(record);
    }
    const written = await unit.gateway.schedules.write(puts, stale);
    return written && { written, removed: stale.map((record) => record.id) };
  }

  async #retry<Result>(what: string, attempt: () => Promise<Result | undefined>): Promise<Result> {
    for (let conflicts = 0; conflicts < CONFLICTS_MAX; conflicts++) {
      const result = await attempt();
      if (result !== undefined) return result;
    }
    throw new CarillonError("storeBusy", `'${what}' was changed by others each time it was to be written`, {
      retryable: true,
    });
  }

  async #page(
    { store, limit, cursor, ...filter }: SchedulesFilter,
    order: "nextFire" | "oldest",
  ): Promise<Page<Schedule>> {
    refuseUnknownOptions(filter, scheduleFilterKeys, "the filter of schedules");
    const units = await this.#units.openAll(store);
    const list = scheduleList(filter, order);
    const { items, ...next } = await readPage(units, list, withoutUndefined({ limit, cursor }));
    return { items: items.map(scheduleView), ...next };
  }

  /** A program that adds a schedule without an id at each start fires once more with each of them. */
  async #warnOfRepetition(unit: StoreUnit, { id, taskName, trigger }: ScheduleRecord): Promise<void> {
    const key = JSON.stringify([unit.alias, taskName]);
    if (!this.#unnamed.has(key)) {
      const stored = await unit.store.getSchedules({ taskName, status: "active", limit: UNNAMED_MAX });
      const others = stored.filter((other) => other.generatedId && other.id !== id);
      this.#unnamed.set(key, new Set(others.map((other) => JSON.stringify(other.trigger))));
    }
    const triggers = this.#unnamed.get(key);
    const text = JSON.stringify(trigger);
    if (triggers === undefined) return;
    if (!triggers.has(text)) return void (triggers.size < UNNAMED_MAX && triggers.add(text));
    this.#unnamed.set(key, undefined);
    this.#environment.logger.warn(
      "a task has more than one schedule with the same trigger and no id; give it an id, so that adding it again changes it",
      { store: unit.alias, task: taskName, schedule: id },
    );
  }

  #handle(id: string): ScheduleHandle {
    return {
      id,
      get: async () => scheduleView((await this.#units.schedule(id)).record),
      update: (change) => this.update(id, change),
      pause: () => this.pause(id),
      resume: (options = {}) => this.resume(id, options),
      runNow: () => this.#manualRuns.runNow(id),
      remove: (options = {}) => this.remove(id, options),
    };
  }
}

function scheduleList(
  filter: ScheduleFilter,
  order: "nextFire" | "oldest",
): PagedList<ScheduleRecord, SchedulePlace> {
  const fireTimeOf = ({ nextFireTimeMs }: ScheduleRecord) => nextFireTimeMs ?? Number.MAX_VALUE;
  return {
    items: "schedules",
    order,
    read: ({ gateway }, after, limit) =>
      gateway.queries.getSchedules({ ...filter, order, limit, ...withoutUndefined({ after }) }),
    placeOf: ({ nextFireTimeMs, seq }) => ({ nextFireTimeMs, seq }),
    isPlace: (value): value is SchedulePlace =>
      isPlainObject(value) && Number.isSafeInteger(value["seq"]) &&
      (value["nextFireTimeMs"] === null || Number.isFinite(value["nextFireTimeMs"])),
    compare: order === "nextFire" ? (a, b) => fireTimeOf(a) - fireTimeOf(b) : () => 0,
  };
}

/** The facts that fire times are computed with now. */
async function planningFacts({ triggers, store }: StoreUnit): Promise<PlanningFacts> {
  await triggers.refreshCalendars();
  return { nowMs: await store.nowMs(), context: { calendars: triggers.calendars } };
}

function refuseTwice(ids: readonly string[]): void {
  const seen = new Set<string>();
  const twice = ids.find((id) => seen.size === seen.add(id).size);
  if (twice === undefined) return;
  throw new CarillonError("invalidOption", `Schedule id '${twice}' is in the list twice; give each its own`);
}

function exists(id: string): CarillonError {
  return new CarillonError(
    "scheduleExists",
    `There is already a schedule '${id}'; choose another id or another conflict policy`,
    { details: { scheduleId: id } },
  );
}

function inOtherGroup(record: ScheduleRecord, group: string): CarillonError {
  const where = record.group === null ? "belongs to no group" : `belongs to group '${record.group}'`;
  return new CarillonError(
    "scheduleExists",
    `Schedule '${record.id}' ${where}, so it cannot be applied to group '${group}'; choose another id`,
    { details: { scheduleId: record.id, group: record.group } },
  );
}
