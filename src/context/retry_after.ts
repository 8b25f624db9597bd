import { CarillonError, messageOf } from "../errors.ts";
import { type DurationInput, durationMs } from "../time/duration.ts";

/** Options of {@linkcode RetryAfter}. */
export interface RetryAfterOptions {
  /** What happened, for people. @default the message of `cause`, or the wait in words */
  readonly message?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Thrown in a job: this attempt failed, and the next one is to begin that much later, whatever the back-off says.
 * It is a failed attempt like any other: without one left, the job ends as `error`. `retryIf` is not asked.
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
