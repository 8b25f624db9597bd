import { openProcess } from "./pool/open_process.ts";
import { type PoolOptions, resolvePoolOptions } from "./pool/pool_options.ts";
import { pooledExecutor } from "./pool/pooled_executor.ts";
import type { Executor } from "./executor.ts";

/**
 * Runs functions in a pool of child processes of the same runtime: for code that must be stopped for certain
 * when its time is up, that may crash, or that uses much memory. What ignores its signal is killed, on every
 * runtime. Children end with their scheduler's process.
 *
 * Throws `invalidOption` for options that do not fit.
 *
 * @example
 * ```ts
 * import { eventLoop, Scheduler } from "carillon";
 * import { processes } from "carillon/worker";
 *
 * const modules = [new URL("./tasks/convert.ts", import.meta.url)];
 * await using scheduler = new Scheduler({
 *   executors: { default: eventLoop(), hard: processes({ modules, max: 2, idleTimeout: { minutes: 5 } }) },
 * });
 * console.assert(scheduler.state === "stopped");
 * ```
 */
export function processes(options: PoolOptions): Executor {
  const place = { kind: "processes", canTerminate: true, open: openProcess };
  return pooledExecutor(place, resolvePoolOptions(options, "processes()"));
}
