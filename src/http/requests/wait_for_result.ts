import { z } from "zod";
import { CarillonError } from "../../errors.ts";
import type { JobResult } from "../../scheduler/views/job.ts";
import { durationMs } from "../../time/duration.ts";
import type { ControlParts } from "../control_env.ts";
import { flag, text } from "./query_values.ts";

/** The longest that a request waits for a result. */
const WAIT_MAX_MS = 300_000;

/** The time that a request waits for a result by default. */
const WAIT_DEFAULT_MS = 30_000;

/** The query parameters of a request that may wait for a job's result. */
export const waitQuery = z.strictObject({
  /** Wait until the job is finished. @default false */
  wait: flag().default(false),
  /** The longest wait, as an ISO duration up to five minutes. @default PT30S */
  timeout: text().optional(),
});

/** Returns the time to wait; 0 is not at all. Throws `invalidRequest` or `invalidOption`. */
export function waitMs({ wait, timeout }: z.output<typeof waitQuery>): number {
  if (!wait && timeout === undefined) return 0;
  if (!wait) {
    throw new CarillonError("invalidRequest", "Query parameter 'timeout' only goes with 'wait=true'");
  }
  if (timeout === undefined) return WAIT_DEFAULT_MS;
  const timeoutMs = durationMs(timeout, "Query parameter 'timeout'");
  if (timeoutMs > 0 && timeoutMs <= WAIT_MAX_MS) return timeoutMs;
  throw new CarillonError(
    "invalidRequest",
    `Query parameter 'timeout' must be longer than zero and at most PT5M, but got '${timeout}'`,
    { details: { timeout } },
  );
}

/**
 * Resolves to the result of a job, or to undefined when the job is not finished after `timeoutMs`. The wait ends
 * early when the client has gone: `abandoned` aborts.
 *
 * Throws what `getJobResult` does: `jobNotFound`, `jobParked`, `schedulerStopped`.
 */
export async function waitForResult(
  { scheduler, clock }: ControlParts,
  jobId: string,
  timeoutMs: number,
  abandoned: AbortSignal,
): Promise<JobResult | undefined> {
  const timedOut = new AbortController();
  const timer = clock.setTimer(() => timedOut.abort(), timeoutMs);
  try {
    return await scheduler.getJobResult(jobId, { signal: AbortSignal.any([timedOut.signal, abandoned]) });
  } catch (error) {
    if (timedOut.signal.aborted && error === timedOut.signal.reason) return undefined;
    throw error;
  } finally {
    timer.cancel();
  }
}
