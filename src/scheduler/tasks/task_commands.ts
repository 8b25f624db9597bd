import { CarillonError } from "../../errors.ts";
import {
  type KeyLimitOptions,
  type RateOptions,
  resolveKeyLimit,
  resolveRate,
} from "../../model/limit_options.ts";
import { checkMetadata, refuseUnknownOptions } from "../../model/option_checks.ts";
import type { Metadata } from "../../model/payload.ts";
import { didYouMean } from "../../model/text.ts";
import { defaultOptionKeys, type DefaultOptions, resolveRunOptions } from "../../model/task_options.ts";
import type { TaskRecord } from "../../model/task_record.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import type { TaskRegistry } from "../../registry/task_registry.ts";
import type { TaskReference, TaskSource } from "../../registry/task_types.ts";
import type { TaskChange } from "../../stores/task_store.ts";
import type { Environment } from "../environment.ts";
import type { StoreUnits } from "../store_units.ts";
import { type TaskInfo, taskView } from "../views/task.ts";

/** Options of {@linkcode Scheduler.configureTask}. What is left out goes back to what the code says. */
export interface ConfigureTaskOptions extends DefaultOptions {
  /** Wins over the task's metadata, key by key. @default {} */
  readonly metadata?: Metadata;
  /** Number of jobs with the same key that run at once; null is no limit. @default what the code says */
  readonly concurrency?: KeyLimitOptions | null;
  /**
   * Number of its jobs that start in any window of a length, by key where its code gives one; null is no limit.
   * @default what the code says
   */
  readonly rateLimit?: RateOptions | null;
}

/** A task in a call that only needs its name. */
export type TaskName = string | TaskReference;

/** Writes the schedules that tasks declare. */
export interface DeclaredWriter {
  writeOf(tasks: readonly RegisteredTask[]): Promise<unknown>;
}

/** Reads and changes tasks in all stores of a scheduler. */
export class TaskCommands {
  readonly #units: StoreUnits;
  readonly #registry: TaskRegistry;
  readonly #environment: Environment;
  readonly #declared: DeclaredWriter;

  constructor(units: StoreUnits, environment: Environment, declared: DeclaredWriter) {
    this.#units = units;
    this.#registry = environment.registry;
    this.#environment = environment;
    this.#declared = declared;
  }

  /** Registers tasks, and writes them to the stores that are open. Throws `duplicateTask` and `invalidTask`. */
  async add(source: TaskSource): Promise<void> {
    const { role, status } = this.#environment;
    // A start takes in the tasks that it found when it began.
    await status.starting;
    const tasks = this.#registry.add([source]);
    for (const unit of this.#units.all()) await unit.addTasks(tasks);
    if (status.state === "running" && role !== "worker") await this.#declared.writeOf(tasks);
  }

  /** Sets how the jobs of a task run. Throws `unknownTask` and `invalidOption`. */
  async configure(task: TaskName, options: ConfigureTaskOptions): Promise<TaskInfo> {
    const where = `configureTask for '${this.#nameOf(task)}'`;
    refuseUnknownOptions(options, [...defaultOptionKeys, "metadata", "concurrency", "rateLimit"], where);
    const { metadata, concurrency, rateLimit, ...runOptions } = options;
    return await this.#change(task, {
      overrides: {
        ...resolveRunOptions(runOptions, where),
        ...(metadata === undefined ? {} : { metadata: checkMetadata(metadata, where) }),
        ...(concurrency === undefined ? {} : { concurrency: resolveKeyLimit(concurrency, where) }),
        ...(rateLimit === undefined ? {} : { rateLimit: resolveRate(rateLimit, where) }),
      },
    });
  }

  /** Pauses or resumes a task. Throws `unknownTask`. */
  async setPaused(task: TaskName, paused: boolean): Promise<TaskInfo> {
    return await this.#change(task, { paused });
  }

  /** A task as stored. Throws `unknownTask`. */
  async get(task: TaskName): Promise<TaskInfo> {
    return taskView(await this.#find(this.#nameOf(task)));
  }

  /** The tasks of all stores, by name. */
  async list(): Promise<TaskInfo[]> {
    const units = await this.#units.openAll();
    const lists = await Promise.all(units.map((unit) => unit.gateway.queries.getTasks()));
    // The same task in several stores is one task; the record of the default store wins.
    const byName = new Map(lists.flat().reverse().map((record) => [record.name, record]));
    return [...byName.values()].map(taskView).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Removes a task that is no longer in use. Throws `unknownTask` and `invalidState`. */
  async remove(task: TaskName): Promise<void> {
    const name = this.#nameOf(task);
    await this.#find(name);
    if (this.#registry.find(name)) throw inUse(name, "its code is registered with this scheduler");
    for (const { store } of await this.#units.openAll()) {
      const [schedule] = await store.getSchedules({ taskName: name, limit: 1 });
      if (schedule) throw inUse(name, `schedule '${schedule.id}' is of it`);
      const { finished: _, ...unfinished } = await store.countJobs({ taskName: name });
      const jobs = Object.values(unfinished).reduce((sum, count) => sum + count, 0);
      if (jobs > 0) throw inUse(name, `${jobs} of its jobs are not finished`);
    }
    for (const unit of this.#units.all()) await unit.gateway.tasks.remove(name);
  }

  #nameOf(task: TaskName): string {
    return typeof task === "string" ? task : this.#registry.nameOf(task);
  }

  async #change(task: TaskName, change: TaskChange): Promise<TaskInfo> {
    const name = this.#nameOf(task);
    await this.#find(name);
    let changed: TaskRecord | undefined;
    for (const unit of this.#units.all().toReversed()) {
      await unit.open();
      changed = await unit.gateway.tasks.update(name, change) ?? changed;
      await unit.tasks.refresh();
      unit.wake();
    }
    return taskView(changed!);
  }

  async #find(name: string): Promise<TaskRecord> {
    const known: string[] = [];
    for (const unit of this.#units.all()) {
      await unit.open();
      const records = await unit.store.getTasks();
      const record = records.find((one) => one.name === name);
      if (record) return record;
      known.push(...records.map((one) => one.name));
    }
    const hint = didYouMean(name, known) || "; a scheduler that has its code registers it";
    throw new CarillonError(
      "unknownTask",
      `No scheduler of this store ever registered task '${name}'${hint}`,
      { details: { taskName: name, known } },
    );
  }
}

function inUse(name: string, why: string): CarillonError {
  return new CarillonError("invalidState", `Task '${name}' cannot be removed while ${why}`, {
    details: { taskName: name },
  });
}
