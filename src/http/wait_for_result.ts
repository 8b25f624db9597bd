import type { JobResult } from "../scheduler/views/job.ts";
import type { ControlParts } from "./control_env.ts";

/**
 * What became of a job, or undefined when it is not finished after `timeoutMs`. Waiting ends early when nobody
 * reads the answer any more: `abandoned` aborts.
 *
 * Throws what `getJobResult` does: `jobNotFound`, `jobParked`, `schedulerStopped`.
 */
export async function waitForResult(
  { scheduler, clock }: ControlParts,
  jobId: string,
  timeoutMs: number,
  abandoned: AbortSignal,
): Promise<JobResult | undefined> {
  const over = new AbortController();
  const timer = clock.setTimer(() => over.abort(), timeoutMs);
  try {
    return await scheduler.getJobResult(jobId, { signal: AbortSignal.any([over.signal, abandoned]) });
  } catch (error) {
    if (over.signal.aborted && error === over.signal.reason) return undefined;
    throw error;
  } finally {
    timer.cancel();
  }
}
