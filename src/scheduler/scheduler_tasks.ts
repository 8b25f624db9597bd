import { CarillonError } from "../errors.ts";
import {
  type KeyLimitOptions,
  type RateOptions,
  resolveKeyLimit,
  resolveRate,
} from "../model/limit_options.ts";
import type { Metadata } from "../model/payload.ts";
import { didYouMean } from "../model/suggest.ts";
import { checkMetadata, refuseUnknownOptions } from "../model/option_checks.ts";
import { defaultOptionKeys, type DefaultOptions, resolveRunOptions } from "../model/task_options.ts";
import type { TaskRecord } from "../model/task_record.ts";
import type { TaskReference } from "../registry/task_types.ts";
import type { TaskChange } from "../stores/task_store.ts";
import { SchedulerBase } from "./scheduler_base.ts";
import type { StoreUnit } from "./store_unit.ts";
import { type TaskInfo, taskView } from "./views/task.ts";

/** What `configureTask` can set. What is left out goes back to what the code says. */
export interface ConfigureTaskOptions extends DefaultOptions {
  /** Wins over the task's metadata, key by key. @default {} */
  readonly metadata?: Metadata;
  /** How many jobs with the same key run at once; null is no limit. */
  readonly concurrency?: KeyLimitOptions | null;
  /** How many of its jobs start in any window of a length, by key where its code gives one; null is no limit. */
  readonly rateLimit?: RateOptions | null;
}

/** A task in a call that only needs its name. */
export type TaskName = string | TaskReference;

/** What a scheduler can do about tasks. */
export abstract class SchedulerTasks extends SchedulerBase {
  /**
   * Sets how a task's jobs run, in the store, for all schedulers, also after they start again; it wins over
   * what the code says. Throws `unknownTask` for a task that no scheduler ever registered.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const crawl = task({ name: "crawl", run() {} });
   * await using scheduler = new Scheduler({ tasks: [crawl] });
   * const info = await scheduler.configureTask(crawl, {
   *   maxRunningJobs: 3,
   *   concurrency: { max: 2 },
   *   rateLimit: { limit: 100, per: { minutes: 1 } },
   *   metadata: { owner: "search" },
   * });
   * console.assert(info.settings.maxRunningJobs === 3);
   * ```
   */
  async configureTask(task: TaskName, options: ConfigureTaskOptions): Promise<TaskInfo> {
    const where = `configureTask for '${this.nameOfTask(task)}'`;
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

  /** A task as stored. Throws `unknownTask`. */
  async getTask(task: TaskName): Promise<TaskInfo> {
    return taskView((await this.#find(this.nameOfTask(task))).record);
  }

  /** All tasks that any scheduler of its stores ever registered, by name. */
  async getTasks(): Promise<TaskInfo[]> {
    const lists = await Promise.all(
      this.parts.units.all().map(async (unit) => {
        await unit.open();
        return await unit.gateway.looks.getTasks();
      }),
    );
    // The same task in several stores is one task; the default store speaks for it.
    const byName = new Map(lists.flat().reverse().map((record) => [record.name, record]));
    return [...byName.values()].map(taskView).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Pauses a task for the whole cluster: what runs goes on, no other job of it starts. Throws `unknownTask`. */
  pauseTask(task: TaskName): Promise<TaskInfo> {
    return this.#change(task, { paused: true });
  }

  /** Lets a paused task run again. Throws `unknownTask`. */
  resumeTask(task: TaskName): Promise<TaskInfo> {
    return this.#change(task, { paused: false });
  }

  /**
   * Removes a task that is no longer in any code, with what was set about it. Throws `unknownTask`, and
   * `invalidState` while its code is here, a schedule is of it, or a job of it is not finished.
   */
  async removeTask(task: TaskName): Promise<void> {
    const name = this.nameOfTask(task);
    await this.#find(name);
    if (this.parts.environment.registry.find(name)) {
      throw inUse(name, "its code is registered with this scheduler");
    }
    for (const unit of this.parts.units.all()) {
      const [schedule] = await unit.store.getSchedules({ taskName: name, limit: 1 });
      if (schedule) throw inUse(name, `schedule '${schedule.id}' is of it`);
      const { finished: _, ...left } = await unit.store.countJobs({ taskName: name });
      const jobs = Object.values(left).reduce((sum, count) => sum + count, 0);
      if (jobs > 0) throw inUse(name, `${jobs} of its jobs are not finished`);
    }
    for (const unit of this.parts.units.all()) await unit.gateway.tasks.remove(name);
  }

  /** The name of a task given by name or by reference. */
  protected nameOfTask(task: TaskName): string {
    return typeof task === "string" ? task : this.parts.environment.registry.nameOf(task);
  }

  async #change(task: TaskName, change: TaskChange): Promise<TaskInfo> {
    const name = this.nameOfTask(task);
    await this.#find(name);
    let changed: TaskRecord | undefined;
    for (const unit of this.parts.units.all().toReversed()) {
      await unit.open();
      changed = await unit.gateway.tasks.update(name, change) ?? changed;
      await unit.tasks.refresh();
      unit.wake();
    }
    return taskView(changed!);
  }

  async #find(name: string): Promise<{ readonly unit: StoreUnit; readonly record: TaskRecord }> {
    const known: string[] = [];
    for (const unit of this.parts.units.all()) {
      await unit.open();
      const records = await unit.store.getTasks();
      const record = records.find((one) => one.name === name);
      if (record) return { unit, record };
      known.push(...records.map((one) => one.name));
    }
    const hint = didYouMean(name, known) || "; a scheduler that has its code registers it";
    throw new CarillonError(
      "unknownTask",
      `No scheduler of this store ever registered task '${name}'${hint}`,
      {
        details: { taskName: name, known },
      },
    );
  }
}

function inUse(name: string, why: string): CarillonError {
  return new CarillonError("invalidState", `Task '${name}' cannot be removed while ${why}`, {
    details: { taskName: name },
  });
}
