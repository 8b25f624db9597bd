import { CarillonError } from "../errors.ts";
import type { ResultOf, Task } from "../registry/task_types.ts";
import { currentJob } from "./current_job.ts";
import type { ParentResult } from "./task_context.ts";

/**
 * Returns the results of those jobs of a task that the running job waited for, in the order of `after`, with the
 * task's type.
 *
 * Throws `noCurrentJob` outside a job.
 *
 * @example Sum up what several jobs have counted
 * ```ts
 * import { parentResultsOf, Scheduler, task } from "carillon";
 * import { z } from "zod";
 *
 * const count = task({ name: "count", input: z.string(), run: (text) => text.length });
 * const sum = task({
 *   name: "sum",
 *   run: () => parentResultsOf(count).reduce((sum, { value }) => sum + (value ?? 0), 0),
 * });
 * await using scheduler = new Scheduler({ tasks: [count, sum] });
 * const parts = await scheduler.addJobs(count, ["one", "three"]);
 * const total = await scheduler.addJob(sum, undefined, { after: parts });
 * await scheduler.runUntilIdle();
 * console.assert(await total.result() === 8);
 * ```
 */
export function parentResultsOf<T extends Task<unknown, unknown>>(
  task: T,
): readonly ParentResult<ResultOf<T>>[] {
  const ofTask = currentJob().parents.filter(({ taskName }) => taskName === task.name);
  return ofTask as readonly ParentResult<ResultOf<T>>[];
}

/**
 * Returns the result of the job of a task that the running job waited for; the first one in the order of `after`.
 *
 * Throws `noCurrentJob` outside a job, `jobNotFound` where it waited for no job of the task.
 *
 * @example Continue with the result of another job
 * ```ts
 * import { parentResultOf, Scheduler, task } from "carillon";
 *
 * const render = task({ name: "render", run: () => "<p>hello</p>" });
 * const mail = task({ name: "mail", run: () => parentResultOf(render).value?.length });
 * await using scheduler = new Scheduler({ tasks: [render, mail] });
 * const rendered = await scheduler.addJob(render);
 * const mailed = await scheduler.addJob(mail, undefined, { after: [rendered] });
 * await scheduler.runUntilIdle();
 * console.assert(await mailed.result() === 12);
 * ```
 */
export function parentResultOf<T extends Task<unknown, unknown>>(task: T): ParentResult<ResultOf<T>> {
  const [first] = parentResultsOf(task);
  if (first !== undefined) return first;
  throw new CarillonError(
    "jobNotFound",
    `Job ${currentJob().id} waited for no job of task '${task.name}'; list it in 'after' when the job is added`,
    { details: { jobId: currentJob().id, taskName: task.name } },
  );
}
