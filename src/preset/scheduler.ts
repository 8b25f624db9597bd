import { eventLoop } from "../executors/event_loop.ts";
import { SchedulerCore } from "../scheduler/scheduler_core.ts";
import type { SchedulerOptions } from "../scheduler/scheduler_options.ts";
import { memory } from "../stores/memory.ts";

/**
 * The object users hold: processes schedules, runs jobs, or both, or only talks to the store. A scheduler on
 * the usual parts: memory as its data store and the event loop as its executor, unless told otherwise.
 *
 * Throws `invalidOption`, `unknownTimeZone`, `invalidTask` or `duplicateTask` for options that do not fit.
 *
 * @example
 * ```ts
 * import { interval, Scheduler, task } from "carillon";
 *
 * const greet = task({ name: "greet", run: () => "hello" });
 * await using scheduler = new Scheduler({ tasks: [greet] });
 * await scheduler.addSchedule(greet, interval({ hours: 1 }), { id: "hourly" });
 * console.assert(await scheduler.runJob(greet) === "hello");
 * ```
 */
export class Scheduler extends SchedulerCore {
  /** Makes a scheduler; nothing is opened before the first call that needs it. */
  constructor(options: SchedulerOptions = {}) {
    super({
      ...options,
      ...(options.store || options.stores ? {} : { store: memory() }),
      executors: options.executors ?? { eventLoop: eventLoop() },
    });
  }
}
