/**
 * `carillon/worker`: executors that run tasks in worker threads and in child processes.
 *
 * @module
 */
import process from "node:process";
import { Worker } from "node:worker_threads";
import type { Executor } from "./executor.ts";
import type { Connection, ConnectionEvents } from "./pool/connection.ts";
import { type PoolOptions, resolvePoolOptions } from "./pool/pool_options.ts";
import { pooledExecutor } from "./pool/pooled_executor.ts";
import { isTaskOutputRedirected } from "./pool/task_output.ts";

export { processes } from "./processes.ts";
export type { PoolOptions, RecycleOptions } from "./pool/pool_options.ts";

/**
 * Runs functions in a pool of worker threads: for what computes, so that it does not hold up the scheduler. The
 * modules that export the tasks are imported again in each thread; inputs, results, errors, logs and progress
 * cross by themselves.
 *
 * On Bun and Node a job that ignores its signal is terminated. Deno cannot end a thread that computes without a
 * pause: such a job is reported stuck, and another thread takes the place of its thread; use
 * {@linkcode processes} there for hard time limits.
 *
 * Throws `invalidOption` for options that do not fit.
 *
 * @example
 * ```ts
 * import { eventLoop, Scheduler, systemClock } from "carillon";
 * import { worker } from "carillon/worker";
 *
 * const modules = [new URL("./tasks/report.ts", import.meta.url)];
 * await using scheduler = new Scheduler({
 *   executors: {
 *     default: eventLoop(),
 *     cpu: worker({ modules, min: 1, max: 2, idleTimeout: { minutes: 1 }, recycleAfter: { jobs: 1000 }, clock: systemClock }),
 *   },
 * });
 * console.assert(scheduler.state === "stopped");
 * ```
 */
export function worker(options: PoolOptions): Executor {
  const canTerminate = process.versions["deno"] === undefined;
  return pooledExecutor(
    { kind: "worker", canTerminate, open: openThread },
    resolvePoolOptions(options, "worker()"),
  );
}

/**
 * Starts a worker thread. `node:worker_threads` and not `Worker`: it is on every runtime, and reports when a thread
 * ends.
 */
function openThread({ onText, onEnd }: ConnectionEvents): Connection {
  const thread = new Worker(new URL("./pool/child/thread_main.ts", import.meta.url), {
    workerData: { redirectOutput: isTaskOutputRedirected() },
  });
  let error: unknown;
  thread.on("message", onText);
  thread.on("error", (thrown) => error = thrown);
  thread.on("exit", (code) => onEnd(`with code ${code}`, error));
  const kill = () => void thread.terminate();
  return {
    name: `worker thread ${thread.threadId}`,
    send: (text) => thread.postMessage(text),
    hold: (isHeld) => isHeld ? thread.ref() : thread.unref(),
    end: kill,
    kill,
  };
}
