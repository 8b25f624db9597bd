import { CarillonError, messageOf } from "../errors.ts";
import { DURATION_MAX_MS, type DurationInput, durationMs } from "../time/duration.ts";
import { epochMsOf } from "../time/moment.ts";
import { systemClock } from "../time/system_clock.ts";
import { temporalName } from "../time/temporal.ts";
import { UTC } from "../time/time_zone.ts";
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
 * The wait of a {@linkcode RetryAfter}: seconds as a number, a duration, the value of a `Retry-After` header (seconds or
 * an HTTP date, null where there is none), the headers of a response, or the time to come back at.
 */
export type RetryAfterInput =
  | DurationInput
  | number
  | Date
  | Temporal.Instant
  | { get(name: string): string | null }
  | null
  | undefined;

/**
 * Thrown in a job: this attempt failed, and the next one is to begin that much later, whatever the back-off.
 * It is a failed attempt like any other: without one left, the job ends as `error`. `retryIf` is not called.
 *
 * A wait that cannot be read (no such header, a date that has passed, zero, more than a million days) is left to the
 * back-off, so that the error of the job is never lost.
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
 *     if (response.status === 429) throw new RetryAfter(response.headers, { message: "too many requests" });
 *     return await response.text();
 *   },
 * });
 * console.assert(new RetryAfter("30s").details["delayMs"] === 30_000 && fetchPage.name === "fetchPage");
 * ```
 */
export class RetryAfter extends CarillonError {
  /** Makes the error, to be thrown. */
  constructor(wait: RetryAfterInput, { message, cause }: RetryAfterOptions = {}) {
    const delayMs = waitMs(wait);
    const when = delayMs === undefined ? "To be tried again" : `To be tried again after ${delayMs / 1000} s`;
    super("jobRetryAfter", message ?? (cause === undefined ? when : messageOf(cause)), {
      details: delayMs === undefined ? {} : { delayMs },
      cause,
      retryable: true,
    });
  }
}

/** Undefined for a wait that cannot be read. */
function waitMs(wait: unknown): number | undefined {
  try {
    const ms = readWaitMs(wait);
    return ms > 0 && ms <= DURATION_MAX_MS ? ms : undefined;
  } catch {
    return undefined;
  }
}

/** The three forms of an HTTP date; without a zone it is UTC too. */
const HTTP_DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

function readWaitMs(wait: unknown, nowMs = systemClock.nowMs()): number {
  if (typeof wait === "number") return Math.ceil(wait * 1000);
  if (typeof wait === "string") {
    const text = wait.trim();
    if (/^\d+(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
    if (HTTP_DATE.test(text)) return httpDateMs(text) - nowMs;
  }
  const name = temporalName(wait);
  if (wait instanceof Date || (name !== undefined && name !== "Duration")) {
    return epochMsOf(wait as Date, "RetryAfter", UTC) - nowMs;
  }
  const { get } = Object(wait) as { readonly get?: unknown };
  if (typeof get !== "function") return durationMs(wait as DurationInput, "RetryAfter");
  // The server's own clock is the one that its date goes by.
  const sentMs = httpDateMs(String(get.call(wait, "date")));
  return readWaitMs(get.call(wait, "retry-after"), Number.isNaN(sentMs) ? nowMs : sentMs);
}

function httpDateMs(text: string): number {
  return HTTP_DATE.test(text) ? Date.parse(/ GMT$/i.test(text) ? text : `${text} GMT`) : NaN;
}
