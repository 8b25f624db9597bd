import { currentSchedulerObject } from "../context/current_frame.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * The scheduler that runs the calling job: to add jobs and schedules from inside a task's function. Throws
 * `noCurrentScheduler` outside of one.
 *
 * @example
 * ```ts
 * import { currentScheduler, Scheduler, task } from "carillon";
 *
 * const whoRunsMe = task({ name: "whoRunsMe", run: () => currentScheduler().name });
 * await using scheduler = new Scheduler({ name: "one", tasks: [whoRunsMe] });
 * console.assert(await scheduler.runJob(whoRunsMe) === "one");
 * ```
 */
export function currentScheduler(): Scheduler {
  return currentSchedulerObject() as Scheduler;
}
