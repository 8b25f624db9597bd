import { messageOf } from "../../errors.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { MaybePromise } from "../../model/maybe_promise.ts";
import { resolveRunSettings, type RunOverrides, type RunSettings } from "../../model/settings.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import type { Environment } from "../environment.ts";
import type { TaskCache } from "../store/task_cache.ts";
import type { ExecutedTask } from "./executor_run.ts";
import { type StoredInput, storedInput } from "./stored_input.ts";

/** A task, its settings for one run, and the checked input: all that a run needs to begin. */
export interface Prepared extends ExecutedTask {
  readonly settings: RunSettings;
}

interface KnownSettings {
  readonly stored: RunOverrides | undefined;
  readonly settings: RunSettings;
}

/** Prepares claimed jobs to run: finds the task and its settings, and reads the input. */
export class RunPreparation {
  readonly #environment: Environment;
  readonly #tasks: TaskCache;
  /** The settings of jobs without settings of their own. */
  readonly #settings = new WeakMap<RegisteredTask, KnownSettings>();

  constructor(environment: Environment, tasks: TaskCache) {
    this.#environment = environment;
    this.#tasks = tasks;
  }

  /**
   * Returns the prepared run of a job, or why this process cannot run it. Never throws; returns a promise only where the
   * task's code does.
   */
  of(job: JobRecord): MaybePromise<Prepared | string> {
    if (job.undecodable !== undefined) return `the stored job cannot be read: ${job.undecodable}`;
    const task = this.#environment.registry.find(job.taskName);
    if (!task) return `this scheduler does not know task '${job.taskName}'`;
    try {
      const stored = storedInput(task, job, this.#environment.serializer);
      const settings = this.#settingsOf(task, job.overrides);
      if (stored instanceof Promise) return preparedLater(task, settings, stored);
      return { task, input: stored.input, payload: stored.payload, settings };
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Returns the settings of a job's run, also of one that cannot be prepared. */
  settingsOf({ taskName, overrides }: JobRecord): RunSettings {
    const stored = this.#tasks.get(taskName);
    const code = this.#environment.registry.find(taskName)?.overrides ?? stored?.settings;
    return resolveRunSettings(overrides, stored?.overrides, code, this.#environment.defaults);
  }

  #settingsOf(task: RegisteredTask, own: RunOverrides): RunSettings {
    const stored = this.#tasks.get(task.name)?.overrides;
    if (!isEmpty(own)) return this.#resolve(task, stored, own);
    const known = this.#settings.get(task);
    if (known !== undefined && known.stored === stored) return known.settings;
    const settings = this.#resolve(task, stored);
    this.#settings.set(task, { stored, settings });
    return settings;
  }

  #resolve(task: RegisteredTask, ...levels: readonly (RunOverrides | undefined)[]): RunSettings {
    const [stored, own] = levels;
    return resolveRunSettings(own, stored, task.overrides, this.#environment.defaults);
  }
}

function preparedLater(
  task: RegisteredTask,
  settings: RunSettings,
  stored: Promise<StoredInput>,
): Promise<Prepared | string> {
  return stored.then((stored) => ({ task, ...stored, settings }), messageOf);
}

function isEmpty(overrides: RunOverrides): boolean {
  for (const _ in overrides) return false;
  return true;
}
