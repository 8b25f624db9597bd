import type { Metadata } from "../../model/payload.ts";
import type { RunSettings } from "../../model/settings.ts";
import type { TaskInfo } from "../../scheduler/views/task.ts";

/** A task as JSON. Unknown values are null. */
export interface TaskBody {
  readonly name: string;
  readonly description: string | null;
  readonly version: number;
  /** The settings of its jobs; lengths of time in milliseconds. */
  readonly settings: RunSettings;
  readonly metadata: Metadata;
  readonly paused: boolean;
  readonly runningJobs: number;
}

/** Returns a task as JSON. */
export function taskBody(task: TaskInfo): TaskBody {
  const { name, description, version, settings, metadata, paused, runningJobs } = task;
  return { name, description: description ?? null, version, settings, metadata, paused, runningJobs };
}
