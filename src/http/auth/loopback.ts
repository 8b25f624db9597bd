import { CarillonError } from "../../errors.ts";
import type { ControlToken } from "./tokens.ts";

/** True if only this machine reaches a host name or address: `localhost`, `127.0.0.1`, `::1`. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1").replace(/^::ffff:/, "").replace(/\.$/, "");
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

/**
 * Refuses to serve control endpoints without a token where other machines reach them. Call it before opening a port
 * for them; {@linkcode serveControlApp} does.
 *
 * Throws `authenticationRequired`.
 *
 * @example
 * ```ts
 * import { refuseOpenOffLoopback } from "carillon/http";
 *
 * refuseOpenOffLoopback("127.0.0.1", []);
 * refuseOpenOffLoopback("0.0.0.0", ["Zk3v9sQx7LrT2nWb"]);
 * ```
 */
export function refuseOpenOffLoopback(
  hostname: string,
  tokens: readonly (string | ControlToken)[] | undefined,
): void {
  if (isLoopback(hostname) || (tokens !== undefined && tokens.length > 0)) return;
  throw new CarillonError(
    "authenticationRequired",
    `Serving the control endpoints on '${hostname}' needs authentication, as other machines can reach it; ` +
      "give the option 'tokens' at least one token, or serve on 127.0.0.1",
    { details: { hostname, option: "tokens" } },
  );
}

/** The control apps that were made without tokens. */
const openApps = new WeakSet<object>();

/** Records that an app has no tokens. */
export function markOpen(app: object): void {
  openApps.add(app);
}

/** True if an app is known to have no tokens. */
export function isOpen(app: object): boolean {
  return openApps.has(app);
}
