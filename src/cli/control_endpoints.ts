import { CarillonError } from "../errors.ts";
import { isLoopback } from "../http/auth/loopback.ts";
import type { ServedApp } from "../http/serve.ts";
import type { Logger } from "../model/logger.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { ResolvedConfiguration } from "./configuration/resolved_configuration.ts";

/**
 * Throws `authenticationRequired` where other machines would reach the control endpoints without a token. Checked
 * before anything is opened, and in the words of the command line.
 */
export function refuseOpenEndpoints({ http, tokens }: ResolvedConfiguration): void {
  if (http === undefined || tokens.length > 0 || isLoopback(http.hostname)) return;
  throw new CarillonError(
    "authenticationRequired",
    `Serving the control endpoints on ${http.hostname} needs authentication, as other machines can reach it; ` +
      "set a token with CARILLON_TOKENS, 'tokens' in the configuration file or --token, or serve on 127.0.0.1",
    { details: { host: http.hostname, option: "tokens" } },
  );
}

/** Serves the control endpoints if the configuration has an address. Throws `addressInUse` for a port that is taken. */
export async function serveControl(
  { http, tokens }: ResolvedConfiguration,
  scheduler: Scheduler,
  logger: Logger,
): Promise<ServedApp | undefined> {
  if (http === undefined) return undefined;
  // The web framework is only loaded where it is used.
  const { createControlApp, serveControlApp } = await import("../http/control_app.ts");
  return await serveControlApp(createControlApp(scheduler, { tokens, logger }), http);
}
