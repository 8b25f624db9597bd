import { CarillonError, messageOf } from "../errors.ts";
import { type DurationInput, durationMs } from "../time/duration.ts";
import { refuseOutsideJob } from "./current_job.ts";

/**
 * Snoozes the running job: ends this run here, by throwing, and schedules it again that much later. It uses no
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
  throw new CarillonError("jobSnoozed", `The job snoozed for ${delayMs / 1000} s`, {
    details: { delayMs },
  });
}

/**
 * Cancels the running job from inside: it ends this run here, by throwing, with the outcome `cancelled` and this
 * reason; it is not tried again. Do not catch what it throws, or pass it on.
 *
 * Throws `noCurrentJob` outside a job.
 *
 * @example Give up what is no longer needed
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

/** Options of {@linkcode RetryAfter}. */
export interface RetryAfterOptions {
  /** The message for people. @default the message of `cause`, or the wait in words */
  readonly message?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown in a job: this attempt failed, and the next one is to begin that much later, whatever the back-off.
 * It is a failed attempt like any other: without one left, the job ends as `error`. `retryIf` is not called.
 *
 * Throws `invalidOption` for a duration that is none.
 *
 * @example Wait as long as a server asks
 * ```ts
 * import { RetryAfter, task } from "carillon";
 *
 * const fetchPage = task({
 *   name: "fetchPage",
 *   retry: { maxAttempts: 5 },
 *   async run(_input, { signal }) {
 *     const response = await fetch("https://example.com/", { signal });
 *     const seconds = Number(response.headers.get("retry-after"));
 *     if (response.status === 429) throw new RetryAfter({ seconds }, { message: "too many requests" });
 *     return await response.text();
 *   },
 * });
 * console.assert(new RetryAfter({ seconds: 30 }).details["delayMs"] === 30_000 && fetchPage.name === "fetchPage");
 * ```
 */
export class RetryAfter extends CarillonError {
  /** Makes the error, to be thrown. */
  constructor(duration: DurationInput, { message, cause }: RetryAfterOptions = {}) {
    const delayMs = durationMs(duration, "RetryAfter");
    const said = cause === undefined ? `To be tried again after ${delayMs / 1000} s` : messageOf(cause);
    super("jobRetryAfter", message ?? said, { details: { delayMs }, cause, retryable: true });
  }
}
