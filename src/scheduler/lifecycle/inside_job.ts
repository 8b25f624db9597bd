import { currentFrame } from "../../context/current_frame.ts";
import { CarillonError } from "../../errors.ts";
import type { StoreUnit } from "../store_unit.ts";

/**
 * Refuses a call that waits for the end of the very job that makes it. Throws `invalidOperation`; `instead` states what to
 * call there.
 */
export function refuseInsideJob(
  self: object,
  units: readonly StoreUnit[],
  call: string,
  instead: string,
): void {
  const frame = currentFrame();
  if (frame?.scheduler !== self) return;
  const jobId = frame.job?.job.id;
  // What a job has started may outlive it, and waits for nothing of it then.
  const isInside = jobId === undefined
    ? frame.inBatch && units.some(({ runs }) => runs.size > 0)
    : units.some(({ runs }) => runs.all().some((run) => run.job.id === jobId && !run.hasEnded));
  if (!isInside) return;
  throw new CarillonError(
    "invalidOperation",
    `${call} was called inside ${
      jobId === undefined ? "a batch" : `job ${jobId}`
    } of this scheduler, and would wait ` +
      `for the end of that itself; ${instead}`,
    { details: jobId === undefined ? {} : { jobId } },
  );
}
