import { Hono } from "hono";
import { needs } from "../auth/roles.ts";
import { attemptBody, logLineBody } from "../bodies/job_history_body.ts";
import { JsonBudget } from "../bodies/json_value.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";

/** A job's history: its attempts, its log, and the reason why it does not run. */
export function jobHistoryRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
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
