import { Hono } from "hono";
import { attemptBody, logLineBody } from "../bodies/job_history_body.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";

/** A job's history: its attempts, its log, and the reason why it does not run. */
export function jobHistoryRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
    .get("/:id/attempts", async (c) => {
      const attempts = await scheduler.getJobAttempts(c.req.param("id"));
      return c.json({ attempts: attempts.map(attemptBody) });
    })
    .get("/:id/logs", async (c) => {
      const { lines, dropped } = await scheduler.getJobLogs(c.req.param("id"));
      return c.json({ lines: lines.map(logLineBody), dropped });
    })
    .get("/:id/explanation", async (c) => c.json(await scheduler.explain(c.req.param("id"))));
}
