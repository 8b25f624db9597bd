import { CarillonError, messageOf } from "../errors.ts";
import { checkInteger, checkString, refuseUnknownOptions } from "../model/option_checks.ts";
import { sleep } from "../time/clock.ts";
import { systemClock } from "../time/system_clock.ts";
import { isLoopback, reachableHost } from "./auth/loopback.ts";
import type { ConnectionFacts, HttpAddress, HttpHandler, HttpServer } from "./http_server.ts";

/** The time that requests in progress have once the server is to close. */
const CLOSE_GRACE_MS = 5000;

/** A Hono app, or anything else that responds to requests. */
export interface FetchHandler {
  /** Responds to a request; `connection` has the address it comes from, and the one that is listened on. */
  fetch(request: Request, connection?: ConnectionFacts): Response | Promise<Response>;
}

/** Options of {@linkcode serveControlApp}. */
export interface ServeOptions {
  /** The address to listen on. @default "127.0.0.1" */
  readonly hostname?: string;
  /** The port; 0 is any free one. @default 8000 */
  readonly port?: number;
}

/** An app that is being served. */
export interface ServedApp {
  /** Its address for a browser. */
  readonly url: string;
  /** Takes no more requests, and resolves when those in progress have ended, or cut off after five seconds. */
  close(): Promise<void>;
}

/**
 * Serves a control app over HTTP, on every runtime. It does not stop the scheduler; stop that
 * first, and requests that wait for results end at once.
 *
 * Throws `authenticationRequired` for an app without authentication off the loopback unless it has `allowedHosts`,
 * `addressInUse` for a port that is
 * taken, and `invalidOption` for an address that cannot be listened on.
 *
 * @example
 * ```ts
 * import { Scheduler } from "carillon";
 * import { createControlApp, serveControlApp } from "carillon/http";
 *
 * await using scheduler = new Scheduler();
 * const served = await serveControlApp(createControlApp(scheduler, { auth: "none" }), { hostname: "127.0.0.1", port: 0 });
 * const response = await fetch(new URL("/tasks", served.url));
 * console.assert((await response.json()).tasks.length === 0);
 * await served.close();
 * ```
 */
export async function serveControlApp(app: FetchHandler, options: ServeOptions = {}): Promise<ServedApp> {
  const where = "serveControlApp";
  refuseUnknownOptions(options, ["hostname", "port"], where);
  const address: HttpAddress = {
    hostname: checkString(options.hostname ?? "127.0.0.1", "hostname", where),
    port: checkInteger(options.port ?? 8000, "port", where, 0),
  };
  if (openApps.has(app) && !isLoopback(address.hostname)) {
    throw new CarillonError(
      "authenticationRequired",
      `Serving the control endpoints on '${address.hostname}' needs authentication, as other machines can reach it; ` +
        "give createControlApp the option 'auth' with tokens or a resolver, or serve on 127.0.0.1",
      { details: { hostname: address.hostname, option: "auth" } },
    );
  }
  const server = await open((request, connection) => app.fetch(request, connection), address);
  return { url: urlOf(address.hostname, server.port), close: () => close(server) };
}

/** The control apps without authentication and without a list of hosts. */
const openApps = new WeakSet<object>();

/** Records that an app serves this machine only. */
export function markOpen(app: object): void {
  openApps.add(app);
}

async function open(handler: HttpHandler, address: HttpAddress): Promise<HttpServer> {
  try {
    // Loaded here, so that the app itself also runs where there is no such server.
    const { openHttpServer } = await import("./http_server.ts");
    return await openHttpServer(handler, address);
  } catch (error) {
    throw refusedAddress(address, error);
  }
}

async function close(server: HttpServer): Promise<void> {
  const finished = new AbortController();
  const finishing = server.finish().finally(() => finished.abort());
  await sleep(systemClock, CLOSE_GRACE_MS, finished.signal);
  if (!finished.signal.aborted) server.cut();
  await finishing;
}

function refusedAddress({ hostname, port }: HttpAddress, cause: unknown): CarillonError {
  const { code } = cause as { readonly code?: unknown };
  const details = { hostname, port };
  if (code === "EADDRINUSE") {
    return new CarillonError(
      "addressInUse",
      `Cannot listen on ${hostname}:${port}: another program uses this port; stop it or choose another port`,
      { details, cause },
    );
  }
  return new CarillonError("invalidOption", `Cannot listen on ${hostname}:${port}: ${messageOf(cause)}`, {
    details,
    cause,
  });
}

/** Returns the address for a browser. */
function urlOf(hostname: string, port: number): string {
  const host = reachableHost(hostname);
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
