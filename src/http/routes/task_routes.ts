import { Hono } from "hono";
import { taskBody } from "../bodies/task_body.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";

/** Tasks: list, show, pause, resume. */
export function taskRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
    .get("/", async (c) => c.json({ tasks: (await scheduler.getTasks()).map(taskBody) }))
    .get("/:name", async (c) => c.json(taskBody(await scheduler.getTask(c.req.param("name")))))
    .post("/:name/pause", async (c) => c.json(taskBody(await scheduler.pauseTask(c.req.param("name")))))
    .post("/:name/resume", async (c) => c.json(taskBody(await scheduler.resumeTask(c.req.param("name")))));
}
