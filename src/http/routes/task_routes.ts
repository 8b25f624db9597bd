import { Hono } from "hono";
import { needs } from "../auth/roles.ts";
import { taskBody } from "../bodies/task_body.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";

/** Tasks: list, show, pause, resume. */
export function taskRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
    .get("/", needs("viewer"), async (c) => c.json({ tasks: (await scheduler.getTasks()).map(taskBody) }))
    .get(
      "/:name",
      needs("viewer"),
      async (c) => c.json(taskBody(await scheduler.getTask(c.req.param("name")))),
    )
    .post(
      "/:name/pause",
      needs("operator"),
      async (c) => c.json(taskBody(await scheduler.pauseTask(c.req.param("name")))),
    )
    .post(
      "/:name/resume",
      needs("operator"),
      async (c) => c.json(taskBody(await scheduler.resumeTask(c.req.param("name")))),
    );
}
