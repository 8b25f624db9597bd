import { Hono } from "hono";
import { CarillonError } from "../../errors.ts";
import { needs } from "../auth/roles.ts";
import { jobResultBody } from "../bodies/job_body.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { query } from "../requests/validators.ts";
import { waitForResult, waitMs, waitQuery } from "../requests/wait_for_result.ts";

/** A job's result: at once, or after a wait. */
export function jobResultRoutes(parts: ControlParts) {
  const { scheduler } = parts;
  return new Hono<ControlEnv>()
    .get("/:id/result", needs("viewer"), query(waitQuery), async (c) => {
      const id = c.req.param("id");
      const timeoutMs = waitMs(c.req.valid("query"));
      const result = timeoutMs === 0
        ? await scheduler.getJobResult(id, { wait: false })
        : await waitForResult(parts, id, timeoutMs, c.req.raw.signal);
      if (result !== undefined) return c.json(jobResultBody(result));
      const { state } = await scheduler.getJob(id);
      throw new CarillonError("jobNotReady", `Job ${id} is not finished after the wait: it is ${state}`, {
        details: { jobId: id, state },
        retryable: true,
      });
    });
}
