import { Hono } from "hono";
import { needs } from "../auth/roles.ts";
import { schedulerBody } from "../bodies/scheduler_body.ts";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import type { HealthCheck } from "./health_routes.ts";

/** The scheduler itself: show, its health, pause, resume. */
export function schedulerRoutes({ scheduler }: ControlParts, health: HealthCheck) {
  return new Hono<ControlEnv>()
    .get("/", needs("viewer"), (c) => c.json(schedulerBody(scheduler)))
    .get("/health", needs("viewer"), async (c) => {
      const body = await health.current();
      return c.json(body, body.status === "ok" ? 200 : 503);
    })
    .post("/pause", needs("operator"), (c) => {
      scheduler.pause();
      return c.json(schedulerBody(scheduler));
    })
    .post("/resume", needs("operator"), (c) => {
      scheduler.resume();
      return c.json(schedulerBody(scheduler));
    });
}
