import { Hono } from "hono";
import { z } from "zod";
import { withoutUndefined } from "../../model/payload.ts";
import type { JobEditOptions } from "../../scheduler/jobs/job_commands.ts";
import { needs } from "../auth/roles.ts";
import { jobBody } from "../bodies/job_body.ts";
import { JsonBudget } from "../bodies/json_value.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { cancelReason, jobFilter, jobQueryShape } from "../requests/job_requests.ts";
import { pageShape, word } from "../requests/query_values.ts";
import { jsonBody, optionalJsonBody, query } from "../requests/validators.ts";
import { jobAddingRoutes } from "./job_adding_routes.ts";
import { jobBulkRoutes } from "./job_bulk_routes.ts";
import { jobDetailRoutes } from "./job_detail_routes.ts";

const listQuery = z.strictObject({
  ...jobQueryShape,
  order: word(["newest", "oldest"]).optional(),
  ...pageShape,
});

const cancelBody = z.strictObject({ reason: cancelReason }, { error: "must be an object" });

/** The changes to a job; `updateJob` checks them. */
const editBody = z.looseObject({}, { error: 'must be an object such as {"priority": 5}' });

/** Jobs: list, show, add, wait for, change, cancel, retry, remove; one or many. */
export function jobRoutes(parts: ControlParts) {
  const { scheduler } = parts;
  return new Hono<ControlEnv>()
    .get("/", needs("viewer"), query(listQuery), async (c) => {
      const { limit, cursor, order, ...filter } = c.req.valid("query");
      const page = withoutUndefined({ order, limit, cursor });
      const { items, ...next } = await scheduler.getJobs({ ...jobFilter(filter), ...page });
      const budget = new JsonBudget();
      return c.json({ items: items.map((job) => jobBody(job, budget)), ...next });
    })
    .get("/:id", needs("viewer"), async (c) => c.json(jobBody(await scheduler.getJob(c.req.param("id")))))
    .patch("/:id", needs("operator"), jsonBody<typeof editBody, JobEditOptions>(editBody), async (c) => {
      return c.json(jobBody(await scheduler.updateJob(c.req.param("id"), c.req.valid("json"))));
    })
    .post("/:id/cancel", needs("operator"), optionalJsonBody(cancelBody), async (c) => {
      const { reason } = c.req.valid("json");
      return c.json(jobBody(await scheduler.cancelJob(c.req.param("id"), reason)));
    })
    .post(
      "/:id/retry",
      needs("operator"),
      async (c) => c.json(jobBody(await scheduler.retryJob(c.req.param("id")))),
    )
    .delete("/:id", needs("operator"), async (c) => {
      await scheduler.removeJob(c.req.param("id"));
      return c.body(null, 204);
    })
    .route("/", jobBulkRoutes(parts))
    .route("/", jobAddingRoutes(parts))
    .route("/", jobDetailRoutes(parts));
}
