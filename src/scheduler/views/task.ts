import type { Metadata } from "../../model/payload.ts";
import { resolveRunSettings, type RunSettings } from "../../model/settings.ts";
import { taskMetadata, type TaskRecord } from "../../model/task_record.ts";

/** A task as stored, as returned to callers. */
export interface TaskInfo {
  readonly name: string;
  readonly description: string | undefined;
  readonly version: number;
  /** Settings of its jobs, with the changes of `configureTask`. */
  readonly settings: RunSettings;
  readonly metadata: Metadata;
  /** Paused for the whole cluster: its jobs wait. */
  readonly paused: boolean;
  /** Number of its jobs that run now. */
  readonly runningJobs: number;
}

/** A stored task as returned to callers. */
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
