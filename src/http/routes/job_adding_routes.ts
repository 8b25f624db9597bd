import { Hono } from "hono";
import { CarillonError, isCarillonError } from "../../errors.ts";
import type { JobOptions } from "../../model/job_options.ts";
import { taskRef } from "../../registry/task.ts";
import type { AddOutcome } from "../../scheduler/jobs/handles.ts";
import type { JobResult } from "../../scheduler/views/job.ts";
import { needs } from "../auth/roles.ts";
import { jobBody, jobResultBody } from "../bodies/job_body.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { newJobBody, type NewJobRequest } from "../requests/job_requests.ts";
import { jsonBody, query } from "../requests/validators.ts";
import { waitForResult, waitMs, waitQuery } from "../requests/wait_for_result.ts";

/** Adds a job by the name of its task, and waits for its result on request. */
export function jobAddingRoutes(parts: ControlParts) {
  const { scheduler } = parts;
  return new Hono<ControlEnv>()
    .post(
      "/",
      needs("producer"),
      query(waitQuery),
      jsonBody<typeof newJobBody, NewJobRequest>(newJobBody),
      async (c) => {
        const { task, input, transaction: _none, ...options } = c.req.valid("json");
        const timeoutMs = waitMs(c.req.valid("query"));
        // A task reference is not checked, and a job of a misspelt task would never run.
        const { name } = await scheduler.getTask(task);
        const handle = await scheduler.addJob(taskRef(name), input, options as JobOptions);
        const result = timeoutMs === 0
          ? undefined
          : await resultWithin(parts, handle.id, timeoutMs, c.req.raw.signal);
        c.header("Location", `jobs/${encodeURIComponent(handle.id)}`);
        return c.json({
          outcome: handle.outcome,
          job: jobBody(await handle.status()),
          result: result === undefined ? null : jobResultBody(result),
        }, statusOf(handle.outcome, timeoutMs > 0 && result === undefined));
      },
    );
}

/** Returns 202 where the wait was in vain; the job continues. */
function statusOf(outcome: AddOutcome, inVain: boolean): 200 | 201 | 202 {
  if (inVain) return 202;
  return outcome === "added" ? 201 : 200;
}

/** Resolves to the result, or to undefined when there is none in time. Throws `schedulerStopped`, with the id of the job. */
async function resultWithin(
  parts: ControlParts,
  jobId: string,
  timeoutMs: number,
  abandoned: AbortSignal,
): Promise<JobResult | undefined> {
  try {
    return await waitForResult(parts, jobId, timeoutMs, abandoned);
  } catch (error) {
    if (isCarillonError(error, "jobParked")) return undefined;
    if (!isCarillonError(error, "schedulerStopped")) throw error;
    throw new CarillonError(
      "schedulerStopped",
      `Job ${jobId} was added, but the scheduler was stopped before it was finished; it stays in the store`,
      { details: { jobId }, cause: error },
    );
  }
}
