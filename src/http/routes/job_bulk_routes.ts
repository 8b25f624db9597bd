import { Hono } from "hono";
import { z } from "zod";
import { withoutUndefined } from "../../model/payload.ts";
import type { BulkFilter } from "../../scheduler/jobs/bulk_jobs.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { cancelReason, jobFilter, jobQueryShape } from "../requests/job_requests.ts";
import { text } from "../requests/query_values.ts";
import { optionalJsonBody, query } from "../requests/validators.ts";

const bulkQuery = z.strictObject({ ...jobQueryShape, id: z.union([text(), z.array(text())]).optional() });

const bulkShape = {
  /** Only report the jobs, and change nothing. @default false */
  preview: z.boolean({ error: "must be true or false" }).default(false),
};
const bulkBody = z.strictObject(bulkShape, { error: "must be an object" });
const cancelBody = z.strictObject({ ...bulkShape, reason: cancelReason }, { error: "must be an object" });

/** Cancels, retries or removes all jobs that match the query, or reports which those would be. */
export function jobBulkRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
    .post("/cancel", query(bulkQuery), optionalJsonBody(cancelBody), async (c) => {
      const options = withoutUndefined(c.req.valid("json"));
      return c.json(await scheduler.cancelJobs(bulkFilter(c.req.valid("query")), options));
    })
    .post("/retry", query(bulkQuery), optionalJsonBody(bulkBody), async (c) => {
      return c.json(await scheduler.retryJobs(bulkFilter(c.req.valid("query")), c.req.valid("json")));
    })
    .post("/remove", query(bulkQuery), optionalJsonBody(bulkBody), async (c) => {
      return c.json(await scheduler.removeJobs(bulkFilter(c.req.valid("query")), c.req.valid("json")));
    });
}

function bulkFilter({ id, ...filter }: z.output<typeof bulkQuery>): BulkFilter {
  return { ...jobFilter(filter), ...(id === undefined ? {} : { ids: [id].flat() }) };
}
