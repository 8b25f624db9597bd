import { CarillonError, messageOf } from "../errors.ts";
import { checkInteger, checkString, refuseUnknownOptions } from "../model/option_checks.ts";
import { sleep } from "../time/clock.ts";
import { systemClock } from "../time/system_clock.ts";
import { isOpen, refuseOpenOffLoopback } from "./auth/loopback.ts";
import type { HttpAddress, HttpHandler, HttpServer } from "./http_server.ts";

/** The time that requests in progress have once the server is to close. */
const CLOSE_GRACE_MS = 5000;

/** A Hono app, or anything else that responds to requests. */
export interface FetchHandler {
  /** Responds to a request; `connection` has the address it comes from. */
  fetch(
    request: Request,
    connection?: { readonly remoteAddress?: string | undefined },
  ): Response | Promise<Response>;
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
  /** Takes no more requests, and resolves when those in progress are answered, or cut off after five seconds. */
  close(): Promise<void>;
}

/**
 * Serves a control app over HTTP, on every runtime. It does not stop the scheduler; stop that
 * first, and requests that wait for results end at once.
 *
 * Throws `authenticationRequired` for an app without tokens off loopback, `addressInUse` for a port that is
 * taken, and `invalidOption` for an address that cannot be listened on.
 *
 * @example
 * ```ts
 * import { Scheduler } from "carillon";
 * import { createControlApp, serveControlApp } from "carillon/http";
 *
 * await using scheduler = new Scheduler();
 * const served = await serveControlApp(createControlApp(scheduler), { hostname: "127.0.0.1", port: 0 });
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
  if (isOpen(app)) refuseOpenOffLoopback(address.hostname, []);
  const server = await open((request, connection) => app.fetch(request, connection), address);
  return { url: urlOf(address.hostname, server.port), close: () => close(server) };
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

/** A wildcard is only for listening; clients connect to the loopback address. */
function urlOf(hostname: string, port: number): string {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  const reachable = bare === "0.0.0.0" || bare === "" ? "127.0.0.1" : bare === "::" ? "::1" : bare;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}
