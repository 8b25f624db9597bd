import type { TaskOverrides, TaskRecord, TaskWrite } from "../model/task_record.ts";

/** The operations of a data store on tasks. */
export interface TaskStore {
  /** Writes tasks as the code defines them; keeps what was set at run time (`overrides`, `paused`). Resolves to them in the order given. */
  putTasks(tasks: readonly TaskWrite[]): Promise<readonly TaskRecord[]>;
  /** The tasks of these names, or all, by name. */
  getTasks(names?: readonly string[]): Promise<readonly TaskRecord[]>;
  /** Changes what is set at run time; resolves to undefined when there is no such task. */
  updateTask(name: string, change: TaskChange): Promise<TaskRecord | undefined>;
  /** Removes a task and what was set about it; its schedules and jobs stay. Returns whether there was one. */
  removeTask(name: string): Promise<boolean>;
  /** The use of the rate that jobs of a task with this key count for; undefined where none limits them. */
  getRateUse(taskName: string, rateKey: string | null): Promise<RateUse | undefined>;
}

/** The use of a limit of the rate at which jobs start. */
export interface RateUse {
  readonly limit: number;
  readonly perMs: number;
  /** Number of jobs that started in the window that ends now. */
  readonly started: number;
  /** When another one may start; null is now. */
  readonly nextStartAtMs: number | null;
}

/** The changes that can be made to a task at run time. */
export interface TaskChange {
  readonly paused?: boolean;
  /** Replaces all earlier overrides. */
  readonly overrides?: TaskOverrides;
}
