import type { Metadata } from "../../model/payload.ts";
import { resolveRunSettings, type RunSettings } from "../../model/settings.ts";
import { taskMetadata, type TaskRecord } from "../../model/task_record.ts";

/** A task as stored, as people and programs see it. */
export interface TaskInfo {
  readonly name: string;
  readonly description: string | undefined;
  readonly version: number;
  /** How its jobs run, with what `configureTask` changed. */
  readonly settings: RunSettings;
  readonly metadata: Metadata;
  /** Paused for the whole cluster: its jobs wait. */
  readonly paused: boolean;
  /** How many of its jobs run now. */
  readonly runningJobs: number;
}

/** A stored task as people see it. */
export function taskView(record: TaskRecord): TaskInfo {
  return {
    name: record.name,
    description: record.description ?? undefined,
    version: record.version,
    settings: resolveRunSettings(record.overrides, record.settings),
    metadata: taskMetadata(record),
    paused: record.paused,
    runningJobs: record.runningJobs,
  };
}
