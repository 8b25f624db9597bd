import type { Context } from "hono";
import { CarillonError } from "../../errors.ts";
import { clip } from "../../untrusted.ts";
import type { ControlEnv } from "../control_env.ts";
import type { HttpAddress } from "../http_server.ts";
import { isLoopback } from "./loopback.ts";

/** The names under which a server on the loopback interface is called. */
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/** A host as a `Host` header has it, with its port or without. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::\d{1,5})?$/;

/** Checks the option `allowedHosts`. Throws `invalidOption`. */
export function checkAllowedHosts(value: unknown): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  const hosts: unknown[] = Array.isArray(value) ? value : [];
  if (hosts.length > 0 && hosts.every(isHost)) return new Set(hosts.map((host) => host.toLowerCase()));
  throw new CarillonError(
    "invalidOption",
    "Option 'allowedHosts' of createControlApp must be a list of hosts such as 'jobs.example.com' or " +
      "'127.0.0.1:8000'",
    { details: { option: "allowedHosts" } },
  );
}

function isHost(value: unknown): value is string {
  return typeof value === "string" && HOST.test(value.toLowerCase());
}

/** Returns the host that a request was sent to, with its port unless it is the protocol's own. */
export function hostOf(c: Context<ControlEnv>): string {
  return (c.req.header("Host") ?? new URL(c.req.url).host).toLowerCase();
}

/**
 * Refuses requests under another host name: the page of another site may have pointed its own name at this machine.
 * Without a list, the names of the loopback interface are allowed, where the server listens on it or `isOpen`.
 */
export function refuseOtherHosts(
  c: Context<ControlEnv>,
  allowed: ReadonlySet<string> | undefined,
  isOpen: boolean,
): void {
  const host = hostOf(c);
  const listening = c.env?.listening;
  if (allowed === undefined && !isOpen && !(listening && isLoopback(listening.hostname))) return;
  if (allowed?.has(host) ?? isLoopbackHost(host, listening)) return;
  throw new CarillonError(
    "forbidden",
    `The host '${clip(host, 100)}' is not one of this server's; add it to the option 'allowedHosts'`,
    { details: { host: clip(host, 100), option: "allowedHosts" } },
  );
}

/** Without a server of ours the port is not known, and any is taken. */
function isLoopbackHost(host: string, listening: HttpAddress | undefined): boolean {
  const [, name = "", port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  const names = listening === undefined
    ? LOOPBACK_NAMES
    : [...LOOPBACK_NAMES, listening.hostname.toLowerCase()];
  return names.includes(name) && (listening === undefined || Number(port ?? 80) === listening.port);
}
