import { Hono } from "hono";
import { z } from "zod";
import { jobOutcomes, jobStates } from "../../model/states.ts";
import { jobBody } from "../bodies/job_body.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { given } from "../requests/given.ts";
import { optionalJsonBody } from "../requests/json_body.ts";
import { query } from "../requests/query.ts";
import { pageShape, text, word, wordList } from "../requests/query_values.ts";
import { jobAddingRoutes } from "./job_adding_routes.ts";
import { jobResultRoutes } from "./job_result_routes.ts";

const listQuery = z.strictObject({
  state: wordList(jobStates).optional(),
  outcome: wordList(jobOutcomes).optional(),
  task: text().optional(),
  schedule: text().optional(),
  store: text().optional(),
  order: word(["newest", "oldest"]).optional(),
  ...pageShape,
});

const cancelBody = z.strictObject({
  /** Why, for whoever reads the job. */
  reason: z.string({ error: "must be a text" }).min(1, { error: "must not be empty" })
    .max(1000, { error: "must have at most 1000 characters" }).optional(),
}, { error: "must be an object" });

/** Jobs: list, show, add, wait for, cancel, retry, remove. */
export function jobRoutes(parts: ControlParts) {
  const { scheduler } = parts;
  return new Hono<ControlEnv>()
    .get("/", query(listQuery), async (c) => {
      const { state, outcome, task, schedule, limit, offset, ...rest } = c.req.valid("query");
      const found = await scheduler.getJobs(given({
        states: state,
        outcomes: outcome,
        taskName: task,
        scheduleId: schedule,
        ...rest,
        limit: limit + 1,
        offset,
      }));
      return c.json({ jobs: found.slice(0, limit).map(jobBody), more: found.length > limit });
    })
    .get("/:id", async (c) => c.json(jobBody(await scheduler.getJob(c.req.param("id")))))
    .post("/:id/cancel", optionalJsonBody(cancelBody), async (c) => {
      const { reason } = c.req.valid("json");
      return c.json(jobBody(await scheduler.cancelJob(c.req.param("id"), reason)));
    })
    .post("/:id/retry", async (c) => c.json(jobBody(await scheduler.retryJob(c.req.param("id")))))
    .delete("/:id", async (c) => {
      await scheduler.removeJob(c.req.param("id"));
      return c.body(null, 204);
    })
    .route("/", jobAddingRoutes(parts))
    .route("/", jobResultRoutes(parts));
}
