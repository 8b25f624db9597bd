import { createControlApp, serveControlApp, type ServedApp } from "../http/control_app.ts";
import type { Logger } from "../model/logger.ts";
import type { Scheduler } from "../preset/scheduler.ts";
import type { ResolvedConfiguration } from "./configuration/resolved_configuration.ts";

/** Serves the control endpoints where the configuration says so. Throws `addressInUse` for a port that is taken. */
export async function serveControl(
  { http, tokens }: ResolvedConfiguration,
  scheduler: Scheduler,
  logger: Logger,
): Promise<ServedApp | undefined> {
  if (http === undefined) return undefined;
  const app = createControlApp(scheduler, { tokens, logger });
  return await serveControlApp(app, { hostname: http.host, port: http.port });
}
