import { CarillonError } from "../errors.ts";
import { type DurationInput, durationMs } from "../time/duration.ts";
import { refuseOutsideJob } from "./refuse_outside_job.ts";

/**
 * Puts the running job off: it ends this run here, by throwing, and is scheduled again that much later. It uses no
 * attempt, is no failure, and its start deadline no longer counts. Do not catch what it throws, or pass it on.
 *
 * Throws `noCurrentJob` outside a job, `invalidOption` for a duration that is none.
 *
 * @example Come back when the shop is open
 * ```ts
 * import { Scheduler, snooze, task } from "carillon";
 *
 * const shop = { open: false };
 * const order = task({
 *   name: "order",
 *   run() {
 *     if (!shop.open) snooze({ minutes: 10 });
 *     return "ordered";
 *   },
 * });
 * await using scheduler = new Scheduler({ tasks: [order] });
 * const job = await scheduler.addJob(order);
 * await scheduler.runUntilIdle();
 * const { state, attempt } = await job.status();
 * console.assert(state === "scheduled" && attempt === 0);
 * ```
 */
export function snooze(duration: DurationInput): never {
  refuseOutsideJob("snooze()");
  const delayMs = durationMs(duration, "snooze");
  throw new CarillonError("jobSnoozed", `The job put itself off by ${delayMs / 1000} s`, {
    details: { delayMs },
  });
}
