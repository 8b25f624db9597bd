import { Scheduler } from "../../preset/scheduler.ts";
import type { TaskReference } from "../../registry/task_types.ts";

/** A scheduler that tells the kit what its tasks are called. */
export class NamingScheduler extends Scheduler {
  /** The name of a task given by name or by reference. */
  taskName(task: TaskReference | string): string {
    return this.nameOfTask(task);
  }
}
