import type { MiddlewareJob } from "./middleware.ts";

/** One job of a batch: what `currentJob()` answers elsewhere, and its input. */
export type BatchJob<Input = unknown> = MiddlewareJob<Input>;

/**
 * The second argument of a batch task's function, which runs for several jobs: `currentJob()` has no answer there.
 *
 * @example Leave out what was cancelled in the meantime
 * ```ts
 * import { Scheduler, task } from "carillon";
 * import { z } from "zod";
 *
 * const index = task({
 *   name: "index",
 *   batch: { size: 100 },
 *   input: z.string(),
 *   run: (pages, { jobs }) =>
 *     pages.map((page, i) => {
 *       jobs[i]?.log.info("indexing", { page });
 *       return jobs[i]?.signal.aborted ? new Error("nobody wants it any more") : page.length;
 *     }),
 * });
 * await using scheduler = new Scheduler({ tasks: [index] });
 * console.assert(await scheduler.runJob(index, "words") === 5);
 * ```
 */
export interface BatchContext<Input = unknown> {
  /** The jobs, in the order of the inputs: each with its own signal, log and progress. */
  readonly jobs: readonly BatchJob<Input>[];
  /** Aborted once all of them are to stop. */
  readonly signal: AbortSignal;
}
