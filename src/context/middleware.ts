import { optionError } from "../model/option_checks.ts";
import type { MiddlewareJob } from "./task_context.ts";

/**
 * Code around every run: of all tasks (`use` of a scheduler), or of one (`use` of a task). It is called once for each
 * attempt of each job, in the scheduler's process also where the function runs in a thread or a child process. It
 * continues with `next()`, which resolves with the function's result, or rejects with its error; it must call it
 * once.
 *
 * An error that it throws fails the job, as if the function had thrown it: `snooze`, `cancel` and `RetryAfter` too.
 * Its return value is ignored: it cannot change the result, nor turn an error into a success.
 *
 * @example Measure every run
 * ```ts
 * import { type Middleware, Scheduler, task } from "carillon";
 *
 * const timing: Middleware = async ({ taskName, log }, next) => {
 *   const start = performance.now();
 *   try {
 *     await next();
 *   } finally {
 *     log.info("measured", { taskName, ms: performance.now() - start });
 *   }
 * };
 * const add = task({ name: "add", run: () => 1 + 1 });
 * await using scheduler = new Scheduler({ tasks: [add], use: [timing] });
 * console.assert(await scheduler.runJob(add) === 2);
 * ```
 */
export type Middleware<Input = unknown> = (
  job: MiddlewareJob<Input>,
  next: () => Promise<unknown>,
) => unknown;

/** Checks an option `use`. Throws `invalidOption`. */
export function checkMiddleware(value: unknown, where: string): readonly Middleware[] {
  if (value === undefined) return [];
  const valid = Array.isArray(value) && value.every((item) => typeof item === "function");
  if (valid) return Object.freeze([...value]);
  throw optionError(
    "use",
    where,
    "must be a list of functions such as [async (job, next) => await next()]",
    value,
  );
}
