import { Hono } from "hono";
import { z } from "zod";
import type { BulkFilter } from "../../scheduler/scheduler_bulk.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { cancelReason } from "../requests/cancel_reason.ts";
import { given } from "../requests/given.ts";
import { jobFilter, jobQueryShape } from "../requests/job_query.ts";
import { optionalJsonBody } from "../requests/json_body.ts";
import { query } from "../requests/query.ts";
import { text } from "../requests/query_values.ts";

const bulkQuery = z.strictObject({ ...jobQueryShape, id: z.union([text(), z.array(text())]).optional() });

const bulkShape = {
  /** Only tells what would be done. @default false */
  preview: z.boolean({ error: "must be true or false" }).default(false),
};
const bulkBody = z.strictObject(bulkShape, { error: "must be an object" });
const cancelBody = z.strictObject({ ...bulkShape, reason: cancelReason }, { error: "must be an object" });

/** Cancels, retries or removes all jobs that match the query, or tells which those would be. */
export function jobBulkRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
    .post("/cancel", query(bulkQuery), optionalJsonBody(cancelBody), async (c) => {
      return c.json(await scheduler.cancelJobs(bulkFilter(c.req.valid("query")), given(c.req.valid("json"))));
    })
    .post("/retry", query(bulkQuery), optionalJsonBody(bulkBody), async (c) => {
      return c.json(await scheduler.retryJobs(bulkFilter(c.req.valid("query")), c.req.valid("json")));
    })
    .post("/remove", query(bulkQuery), optionalJsonBody(bulkBody), async (c) => {
      return c.json(await scheduler.removeJobs(bulkFilter(c.req.valid("query")), c.req.valid("json")));
    });
}

function bulkFilter({ id, ...filter }: z.output<typeof bulkQuery>): BulkFilter {
  return given({ ...jobFilter(filter), ids: id === undefined ? undefined : [id].flat() });
}
