import { Hono } from "hono";
import { z } from "zod";
import { withoutUndefined } from "../../model/payload.ts";
import { needs } from "../auth/roles.ts";
import { jobBody } from "../bodies/job_body.ts";
import { scheduleBody } from "../bodies/schedule_body.ts";
import { JsonBudget } from "../bodies/json_value.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { flag, pageShape, text, word } from "../requests/query_values.ts";
import { jsonBody, optionalJsonBody, query } from "../requests/validators.ts";

const listQuery = z.strictObject({
  task: text().optional(),
  group: text().optional(),
  paused: flag().optional(),
  status: word(["active", "finished", "failed"]).optional(),
  store: text().optional(),
  ...pageShape,
});

const resumeBody = z.strictObject({
  /** `"now"` or an instant: fires before it are dropped. @default the fires of the pause are owed */
  resumeFrom: z.union([z.string(), z.number()], { error: "must be 'now' or an instant" }).optional(),
}, { error: "must be an object" });

const instant = z.union([z.string(), z.number()], { error: "must be an instant such as 2026-03-01T00:00Z" });
const backfillBody = z.strictObject({
  /** First instant, inclusive. */
  from: instant,
  /** Last instant, inclusive. */
  until: instant,
  /** Also the fire times that already have a job. @default false */
  again: z.boolean({ error: "must be true or false" }).optional(),
  /** The most fire times, at most 10,000. @default 1000 */
  limit: z.int({ error: "must be a whole number" }).min(1, { error: "must be at least 1" })
    .max(10_000, { error: "must be at most 10000; backfill a longer range in parts" }).optional(),
}, { error: "must be an object" });

const removeQuery = z.strictObject({
  /** The fate of its unfinished jobs. @default keep */
  jobs: word(["keep", "cancel"]).default("keep"),
});

/** Schedules: list, show, pause, resume, run, backfill, remove. */
export function scheduleRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
    .get("/", needs("viewer"), query(listQuery), async (c) => {
      const { task: taskName, ...rest } = c.req.valid("query");
      const { items, ...next } = await scheduler.getSchedules(withoutUndefined({ taskName, ...rest }));
      const budget = new JsonBudget();
      return c.json({ items: items.map((schedule) => scheduleBody(schedule, budget)), ...next });
    })
    .get("/:id", needs("viewer"), async (c) => {
      const handle = await scheduler.getSchedule(c.req.param("id"));
      return c.json(scheduleBody(await handle.get()));
    })
    .post(
      "/:id/pause",
      needs("operator"),
      async (c) => c.json(scheduleBody(await scheduler.pauseSchedule(c.req.param("id")))),
    )
    .post("/:id/resume", needs("operator"), optionalJsonBody(resumeBody), async (c) => {
      const options = withoutUndefined(c.req.valid("json"));
      return c.json(scheduleBody(await scheduler.resumeSchedule(c.req.param("id"), options)));
    })
    .post("/:id/run", needs("operator"), async (c) => {
      const handle = await scheduler.runScheduleNow(c.req.param("id"));
      // Relative to this very address, so that it holds wherever the app is mounted.
      c.header("Location", `../../jobs/${encodeURIComponent(handle.id)}`);
      return c.json({ outcome: handle.outcome, job: jobBody(await handle.status()) }, 201);
    })
    .post("/:id/backfill", needs("operator"), jsonBody(backfillBody), async (c) => {
      const { from, until, ...rest } = c.req.valid("json");
      const range = { from, until, ...withoutUndefined(rest) };
      const added = await scheduler.backfillSchedule(c.req.param("id"), range);
      return c.json({ jobIds: added.map(({ id }) => id) }, 201);
    })
    .delete("/:id", needs("operator"), query(removeQuery), async (c) => {
      await scheduler.removeSchedule(c.req.param("id"), c.req.valid("query"));
      return c.body(null, 204);
    });
}
