import { randomBytes } from "node:crypto";
import type { ServedApp } from "../http/serve.ts";
import type { Logger } from "../model/logger.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { ResolvedConfiguration } from "./configuration/resolved_configuration.ts";

/** The control endpoints of a command. */
export interface ServedControl extends ServedApp {
  /** The token that was made for this run, where the configuration has none. */
  readonly madeToken: string | undefined;
}

/**
 * Serves the control endpoints if the configuration has an address; without tokens in the configuration, one is made
 * for this run. Throws `addressInUse` for a port that is taken.
 */
export async function serveControl(
  { http, tokens, allowedHosts }: ResolvedConfiguration,
  scheduler: Scheduler,
  logger: Logger,
): Promise<ServedControl | undefined> {
  if (http === undefined) return undefined;
  // The web framework is only loaded where it is used.
  const { createControlApp, serveControlApp } = await import("../http/control_app.ts");
  const madeToken = tokens.length === 0 ? randomBytes(24).toString("base64url") : undefined;
  const auth = { tokens: madeToken === undefined ? tokens : [{ name: "start", token: madeToken }] };
  const hosts = allowedHosts.length === 0 ? {} : { allowedHosts };
  const served = await serveControlApp(createControlApp(scheduler, { auth, logger, ...hosts }), http);
  return { url: served.url, close: () => served.close(), madeToken };
}
