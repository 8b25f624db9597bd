import { Hono } from "hono";
import { CarillonError } from "../../errors.ts";
import { needs } from "../auth/roles.ts";
import { jobResultBody } from "../bodies/job_body.ts";
import { attemptBody, logLineBody } from "../bodies/job_history_body.ts";
import { JsonBudget } from "../bodies/json_value.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { query } from "../requests/validators.ts";
import { waitForResult, waitMs, waitQuery } from "../requests/wait_for_result.ts";

/** One job: its result, at once or after a wait, its attempts, its log, and the reason why it does not run. */
export function jobDetailRoutes(parts: ControlParts) {
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
    })
    .get("/:id/attempts", needs("viewer"), async (c) => {
      const attempts = await scheduler.getJobAttempts(c.req.param("id"));
      return c.json({ attempts: attempts.map(attemptBody) });
    })
    .get("/:id/logs", needs("viewer"), async (c) => {
      const { lines, dropped } = await scheduler.getJobLogs(c.req.param("id"));
      const budget = new JsonBudget();
      return c.json({ lines: lines.map((line) => logLineBody(line, budget)), dropped });
    })
    .get(
      "/:id/explanation",
      needs("viewer"),
      async (c) => c.json(await scheduler.explain(c.req.param("id"))),
    );
}
