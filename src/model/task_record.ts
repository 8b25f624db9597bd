import type { Metadata } from "./payload.ts";
import type { RunOverrides, RunSettings } from "./settings.ts";

/** A task as its code defines it, to be written by a scheduler that knows it. */
export interface TaskWrite {
  readonly name: string;
  readonly description: string | null;
  /** The code's version of the task's input; grows when the shape of the input changes. */
  readonly version: number;
  /** Complete settings as the code and the scheduler's defaults say. */
  readonly settings: RunSettings;
  readonly metadata: Metadata;
}

/** The settings of a task that are made at run time; they win over what the code says. */
export type TaskOverrides = RunOverrides & { readonly metadata?: Metadata };

/** A task as stored. */
export interface TaskRecord extends TaskWrite {
  /** The settings of `configureTask`; they win over the code's settings and stay when the program starts again. */
  readonly overrides: TaskOverrides;
  /** Paused for the whole cluster: its jobs wait. */
  readonly paused: boolean;
  /** Number of its jobs that run now, counted from the jobs themselves. */
  readonly runningJobs: number;
}

/** A task's metadata with what was set at run time. */
export function taskMetadata(record: Pick<TaskRecord, "metadata" | "overrides">): Metadata {
  return { ...record.metadata, ...record.overrides.metadata };
}

/** A task with the version of it that a scheduler's code has. */
export interface TaskVersion {
  readonly name: string;
  /** It can run jobs that were added with this version of the task or an older one. */
  readonly version: number;
}

/** A task of which jobs are wanted. */
export interface TaskClaim extends TaskVersion {
  /** The most of its jobs that are taken, beside all limits. @default as many as are wanted in all */
  readonly max?: number;
}
