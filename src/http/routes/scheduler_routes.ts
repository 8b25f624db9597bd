import { Hono } from "hono";
import { schedulerBody } from "../bodies/scheduler_body.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";

/** The scheduler itself: show, pause, resume. */
export function schedulerRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
    .get("/", (c) => c.json(schedulerBody(scheduler)))
    .post("/pause", (c) => {
      scheduler.pause();
      return c.json(schedulerBody(scheduler));
    })
    .post("/resume", (c) => {
      scheduler.resume();
      return c.json(schedulerBody(scheduler));
    });
}
