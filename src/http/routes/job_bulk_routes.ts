import { Hono } from "hono";
import { z } from "zod";
import { jobOutcomes, jobStates } from "../../model/states.ts";
import { withoutUndefined } from "../../model/payload.ts";
import type { BulkFilter } from "../../scheduler/jobs/bulk_jobs.ts";
import { needs } from "../auth/roles.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { cancelReason, jobFilter, jobQueryShape } from "../requests/job_requests.ts";
import { text, word } from "../requests/query_values.ts";
import { jsonBody } from "../requests/validators.ts";

/** The most ids of one request. */
const IDS_MAX = 10_000;

const bulkBody = z.strictObject({
  /** The action. */
  action: word(["cancel", "retry", "remove"]),
  /** The jobs: as the filters of `GET /jobs`, several states and outcomes as lists. */
  filter: z.strictObject({
    ...jobQueryShape,
    state: z.array(word(jobStates)).optional(),
    outcome: z.array(word(jobOutcomes)).optional(),
  }, { error: "must be an object of filters" }).optional(),
  /** The jobs by their ids. */
  ids: z.array(text(), { error: "must be a list of ids" }).max(IDS_MAX, {
    error: `may have at most ${IDS_MAX} ids`,
  })
    .optional(),
  /** Only report the jobs, and change nothing. @default false */
  preview: z.boolean({ error: "must be true or false" }).default(false),
  /** The reason of a cancellation. */
  reason: cancelReason,
}, { error: 'must be an object such as {"action": "cancel", "filter": {"task": "mail.digest"}}' });

/**
 * Cancels, retries or removes all jobs that match, or reports which those would be. Everything is in the body, so
 * that no id in a path can become such a request.
 */
export function jobBulkRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
    .post("/bulk", needs("operator"), jsonBody(bulkBody), async (c) => {
      const { action, filter = {}, ids, preview, reason } = c.req.valid("json");
      const selected: BulkFilter = { ...jobFilter(filter), ...(ids === undefined ? {} : { ids }) };
      switch (action) {
        case "cancel":
          return c.json(await scheduler.cancelJobs(selected, withoutUndefined({ preview, reason })));
        case "retry":
          return c.json(await scheduler.retryJobs(selected, { preview }));
        case "remove":
          return c.json(await scheduler.removeJobs(selected, { preview }));
      }
    });
}
