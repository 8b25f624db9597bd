import type { Metadata } from "../../model/payload.ts";
import { resolveRunSettings, type RunOverrides, type RunSettings } from "../../model/settings.ts";
import { taskMetadata, type TaskRecord } from "../../model/task_record.ts";
import type { NamedTask } from "./task_input.ts";

/** What holds for a job of a task of which nothing special is said. */
export interface TaskDefaults {
  readonly settings: RunSettings;
  readonly metadata: Metadata;
}

/** Tells what holds for jobs of a task, and remembers it for as long as neither its code nor its record changes. */
export class TaskDefaultsCache {
  readonly #schedulerDefaults: RunOverrides;
  readonly #known = new WeakMap<TaskRecord, TaskDefaults & { readonly code: NamedTask["code"] }>();

  /** `schedulerDefaults` hold where the task says nothing. */
  constructor(schedulerDefaults: RunOverrides) {
    this.#schedulerDefaults = schedulerDefaults;
  }

  /** What holds for a job of this task, as stored and in this process. */
  of({ code }: NamedTask, record: TaskRecord | undefined): TaskDefaults {
    const known = record && this.#known.get(record);
    if (known && known.code === code) return known;
    const said = code?.overrides ?? record?.settings;
    const found = {
      settings: resolveRunSettings(record?.overrides, said, this.#schedulerDefaults),
      metadata: record ? taskMetadata(record) : code?.metadata ?? {},
      code,
    };
    if (record) this.#known.set(record, found);
    return found;
  }
}
