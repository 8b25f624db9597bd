import { CarillonError } from "../errors.ts";
import { isLoopback } from "../http/auth/loopback.ts";
import type { ResolvedConfiguration } from "./configuration/resolved_configuration.ts";

/**
 * Throws `authenticationRequired` where other machines would reach the control endpoints without a token. Before
 * anything is opened, and in the words of the command line.
 */
export function refuseOpenEndpoints({ http, tokens }: ResolvedConfiguration): void {
  if (http === undefined || tokens.length > 0 || isLoopback(http.host)) return;
  throw new CarillonError(
    "authenticationRequired",
    `Serving the control endpoints on ${http.host} needs authentication, as other machines can reach it; set a ` +
      "token with CARILLON_TOKENS, 'tokens' in the configuration file or --token, or serve on 127.0.0.1",
    { details: { host: http.host, option: "tokens" } },
  );
}
