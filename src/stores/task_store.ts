import type { TaskOverrides, TaskRecord, TaskWrite } from "../model/task_record.ts";

/** What a data store does with tasks. */
export interface TaskStore {
  /** Writes tasks as the code defines them; keeps what was set at run time (`overrides`, `paused`). Answers in the order given. */
  putTasks(tasks: readonly TaskWrite[]): Promise<readonly TaskRecord[]>;
  /** The tasks of these names, or all, by name. */
  getTasks(names?: readonly string[]): Promise<readonly TaskRecord[]>;
  /** Changes what is set at run time; answers undefined when there is no such task. */
  updateTask(name: string, change: TaskChange): Promise<TaskRecord | undefined>;
  /** Removes a task and what was set about it; its schedules and jobs stay. Answers whether there was one. */
  removeTask(name: string): Promise<boolean>;
}

/** What can be changed about a task at run time. */
export interface TaskChange {
  readonly paused?: boolean;
  /** Replaces all earlier overrides. */
  readonly overrides?: TaskOverrides;
}
