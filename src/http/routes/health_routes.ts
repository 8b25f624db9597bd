import { Hono } from "hono";
import type { ControlEnv, ControlParts } from "../control_env.ts";
import { HealthCheck } from "../health_check.ts";

/** Health, for whoever keeps this process running: 200 when all is well, 503 otherwise. */
export function healthRoutes(parts: ControlParts) {
  const check = new HealthCheck(parts);
  return new Hono<ControlEnv>()
    .get("/", async (c) => {
      const body = await check.look();
      return c.json(body, body.status === "ok" ? 200 : 503);
    });
}
