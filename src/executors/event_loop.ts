import type { Executor, ExecutorRun } from "./executor.ts";

/**
 * Runs functions in the event loop of the scheduler's own process: for what waits more than it computes. It
 * cannot end a function that ignores its signal.
 *
 * @example
 * ```ts
 * import { eventLoop, Scheduler } from "carillon";
 *
 * await using scheduler = new Scheduler({ executors: { default: eventLoop() } });
 * console.assert(scheduler.state === "stopped");
 * ```
 */
export function eventLoop(): Executor {
  return {
    kind: "eventLoop",
    canTerminate: false,
    callsDirectly: true,
    run: ({ call }: ExecutorRun) => call(),
  };
}
