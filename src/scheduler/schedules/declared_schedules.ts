import type { DeclaredSchedule, RegisteredTask } from "../../registry/registered_task.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import { CarillonError, messageOf } from "../../errors.ts";
import type { WantedSchedule } from "./schedule_write.ts";
import type { ScheduleCommands } from "./schedule_commands.ts";
import { encodedSchedule, zonedTrigger } from "./wanted_schedule.ts";
import type { Environment } from "../environment.ts";
import type { StoreUnit } from "../store_unit.ts";
import { schedulePages } from "../store/row_pages.ts";
import type { StoreUnits } from "../store_units.ts";

/** The group of the schedules that code declares; how those that have left the code are found. */
export const DECLARED_GROUP = "declared";

/** Writes the schedules that the code declares, and reports stored ones that it no longer does. */
export class DeclaredSchedules {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #commands: ScheduleCommands;

  constructor(environment: Environment, units: StoreUnits, commands: ScheduleCommands) {
    this.#environment = environment;
    this.#units = units;
    this.#commands = commands;
  }

  /** Writes those of all tasks, or none where the input of one does not fit its task: that is thrown. */
  async write(): Promise<void> {
    const declared = await this.writeOf(this.#environment.registry.tasks());
    for (const unit of this.#units.all()) await this.#report(unit, declared.get(unit) ?? new Set());
  }

  /** Writes those of some tasks. Resolves to the ids in each store. */
  async writeOf(tasks: readonly RegisteredTask[]): Promise<ReadonlyMap<StoreUnit, ReadonlySet<string>>> {
    const declared = new Map<StoreUnit, Set<string>>();
    const writes: (() => Promise<void>)[] = [];
    for (const task of tasks) {
      for (const schedule of task.schedules) {
        const unit = await this.#units.open(schedule.options.store);
        declared.set(unit, (declared.get(unit) ?? new Set()).add(schedule.id));
        const wanted = await named(schedule, () => this.#wanted(task, schedule));
        writes.push(() => named(schedule, async () => void await this.#commands.put(unit, wanted)));
      }
    }
    for (const write of writes) await write();
    return declared;
  }

  async #wanted(task: RegisteredTask, schedule: DeclaredSchedule): Promise<WantedSchedule> {
    const { options, id, trigger } = schedule;
    return {
      id,
      generatedId: false,
      taskName: task.name,
      trigger: zonedTrigger(trigger, this.#environment.timeZone),
      inputVersion: task.version,
      group: DECLARED_GROUP,
      options,
      ...await encodedSchedule({ name: task.name, code: task }, options, this.#environment),
    };
  }

  /** A schedule of a task that only another scheduler knows may be another program's. */
  async #report(unit: StoreUnit, ids: ReadonlySet<string>): Promise<void> {
    const { registry, logger } = this.#environment;
    let served: ReadonlySet<string> | undefined;
    for await (const stored of schedulePages(unit.store, { group: DECLARED_GROUP })) {
      for (const { id, taskName, status } of stored) {
        if (ids.has(id) || status === "finished") continue;
        const fields = { store: unit.alias, schedule: id, task: taskName };
        if (registry.find(taskName)) {
          logger.warn("a stored schedule is no longer declared; it still fires until it is removed", fields);
          continue;
        }
        served ??= servedTasks(await unit.store.getSchedulers());
        if (served.has(taskName)) continue;
        logger.warn(
          "the task of a stored schedule is in no running code; its jobs are parked until it is back or the schedule is removed",
          fields,
        );
      }
    }
  }
}

/** Names of the tasks that these schedulers run. */
export function servedTasks(schedulers: readonly SchedulerRecord[]): ReadonlySet<string> {
  return new Set(schedulers.flatMap(({ tasks }) => tasks.map(({ name }) => name)));
}

/** Puts the schedule and where it was declared into what a step throws. */
async function named<Answer>(schedule: DeclaredSchedule, step: () => Promise<Answer>): Promise<Answer> {
  const { id, place } = schedule;
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof CarillonError)) throw error;
    const where = place ? ` (declared at ${place})` : "";
    throw new CarillonError(error.code, `Schedule '${id}'${where}: ${messageOf(error)}`, {
      details: { ...error.details, scheduleId: id, place },
      cause: error,
      retryable: error.retryable,
    });
  }
}
