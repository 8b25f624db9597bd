import { CarillonError } from "../errors.ts";
import { refuseOutsideJob } from "./refuse_outside_job.ts";

/**
 * Cancels the running job from inside: it ends this run here, by throwing, with the outcome `cancelled` and this
 * reason; it is not tried again. Do not catch what it throws, or pass it on.
 *
 * Throws `noCurrentJob` outside a job.
 *
 * @example Give up what nobody needs any more
 * ```ts
 * import { cancel, Scheduler, task } from "carillon";
 *
 * const remind = task({
 *   name: "remind",
 *   retry: { maxAttempts: 5 },
 *   run: () => cancel("the invoice is paid"),
 * });
 * await using scheduler = new Scheduler({ tasks: [remind] });
 * const job = await scheduler.addJob(remind);
 * await scheduler.runUntilIdle();
 * const { outcome, error } = await job.status();
 * console.assert(outcome === "cancelled" && error?.message === "the invoice is paid");
 * ```
 */
export function cancel(reason: string): never {
  refuseOutsideJob("cancel()");
  throw new CarillonError("jobCancelledItself", String(reason));
}
