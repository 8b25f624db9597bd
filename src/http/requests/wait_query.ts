import { z } from "zod";
import { CarillonError } from "../../errors.ts";
import { durationMs } from "../../time/duration.ts";
import { flag, text } from "./query_values.ts";

/** How long a request waits for a result at the most. */
const WAIT_MAX_MS = 300_000;

/** How long a request waits for a result unless told otherwise. */
const WAIT_DEFAULT_MS = 30_000;

/** Whether a request waits for a job's result, and how long. */
export const waitQuery = z.strictObject({
  /** Wait until the job is finished. @default false */
  wait: flag().default(false),
  /** How long at the most, as an ISO duration up to five minutes. @default PT30S */
  timeout: text().optional(),
});

/** How long to wait; 0 is not at all. Throws `invalidRequest` or `invalidOption`. */
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
