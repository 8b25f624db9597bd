import type { Context, MiddlewareHandler } from "hono";
import { CarillonError } from "../../errors.ts";
import { clip } from "../../untrusted.ts";
import { checkChoice, checkName, refuseUnknownOptions } from "../../model/option_checks.ts";
import type { ControlCaller, ControlEnv, ControlParts, ControlRole } from "../control_env.ts";
import { problemResponse } from "../problems/problem.ts";
import { FailureThrottle } from "./failure_throttle.ts";
import { hostOf, refuseOtherHosts } from "./hosts.ts";
import { isLoopback } from "./loopback.ts";
import { controlRoles } from "./roles.ts";
import { type ControlToken, TokenTable } from "./tokens.ts";

/**
 * The way in: bearer tokens; a function that knows the callers of the application around, and returns null for
 * strangers; or none, which has to be written.
 */
export type ControlAuth =
  | { readonly tokens: readonly (string | ControlToken)[] }
  | {
    readonly resolve: (
      request: Request,
    ) => ControlCaller | null | undefined | Promise<ControlCaller | null | undefined>;
  }
  | "none";

/** Finds out the caller of a request. */
type Identify = (c: Context<ControlEnv>) => Promise<Required<ControlCaller> | undefined>;

/** The way in, checked. */
export interface Entrance {
  /** Undefined where every caller is admitted. */
  readonly identify: Identify | undefined;
  readonly allowedHosts: ReadonlySet<string> | undefined;
}

/** Checks the option `auth`. Throws `invalidOption`. */
export function checkAuth(auth: unknown, { clock }: Pick<ControlParts, "clock">): Identify | undefined {
  if (auth === "none") return undefined;
  if (typeof auth !== "object" || auth === null) {
    throw new CarillonError(
      "invalidOption",
      "Option 'auth' of createControlApp must be { tokens: [{ name: \"ada\", token }] }, { resolve(request) }, or " +
        '"none" for endpoints that need no authentication',
      { details: { option: "auth" } },
    );
  }
  const { tokens, resolve } = auth as { readonly tokens?: ControlToken[]; readonly resolve?: unknown };
  refuseUnknownOptions(auth, [resolve === undefined ? "tokens" : "resolve"], "'auth' of createControlApp");
  if (resolve === undefined) return byToken(new TokenTable(tokens ?? []), clock);
  if (typeof resolve === "function") return byResolver(resolve as (request: Request) => unknown);
  throw new CarillonError("invalidOption", "Option 'resolve' of 'auth' must be a function", {
    details: { option: "auth" },
  });
}

function byToken(tokens: TokenTable, clock: ControlParts["clock"]): Identify {
  return (c) => {
    const sent = tokenOf(c);
    return Promise.resolve(sent === undefined ? undefined : tokens.holderOf(sent, clock.nowMs()));
  };
}

function byResolver(resolve: (request: Request) => unknown): Identify {
  return async (c) => {
    const caller = await resolve(c.req.raw) as ControlCaller | null | undefined;
    if (caller === null || caller === undefined) return undefined;
    const where = "the caller that 'resolve' returned";
    return {
      name: checkName(caller.name, "name", where),
      role: checkChoice<ControlRole>(caller.role ?? "admin", "role", where, controlRoles),
    };
  };
}

/** Admits requests by the option `auth`, under the allowed hosts. */
export function authenticate(entrance: Entrance, parts: ControlParts): MiddlewareHandler<ControlEnv> {
  const { identify, allowedHosts } = entrance;
  const failures = new FailureThrottle(parts.clock);
  return async (c, next) => {
    refuseOtherHosts(c, allowedHosts, identify === undefined);
    if (identify === undefined) {
      if (allowedHosts === undefined) refuseOtherMachines(c);
      refuseOtherSites(c);
      c.set("caller", { name: "anyone", role: "admin" });
      return await next();
    }
    const peer = peerOf(c);
    const refusedMs = failures.refusedMs(peer ?? "unknown");
    // Behind a proxy on this machine all callers are one peer, and must not lock each other out.
    if (refusedMs > 0 && peer !== undefined && !isLoopback(peer)) return tooMany(c, refusedMs);
    const caller = await identify(c);
    if (caller === undefined) {
      if (refusedMs > 0) return tooMany(c, refusedMs);
      failures.failed(peer ?? "unknown");
      const isThrottled = failures.refusedMs(peer ?? "unknown") > 0;
      parts.logger.warn(
        isThrottled ? "authentication failed too often; refusing for a minute" : "authentication failed",
        {
          peer: peer ?? "unknown",
          method: clip(c.req.method, 20),
          path: clip(c.req.path, 200),
          reason: tokenOf(c) === undefined ? "no token" : "wrong token",
        },
      );
      return unauthorized(c, tokenOf(c) !== undefined);
    }
    c.set("caller", caller);
    return await next();
  };
}

function tokenOf(c: Context<ControlEnv>): string | undefined {
  return /^Bearer +([^ ]+) *$/i.exec(c.req.header("Authorization") ?? "")?.[1];
}

/** Servers other than ours give the address in their own ways: Deno's, `@hono/node-server`'s, Bun's. */
interface ForeignServer {
  readonly remoteAddr?: { readonly hostname?: string };
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  readonly requestIP?: (request: Request) => { readonly address?: string } | null;
}

/** Returns the address that a request comes from, if the server passes it on. */
function peerOf(c: Context<ControlEnv>): string | undefined {
  const env = (c.env ?? {}) as ControlEnv["Bindings"] & ForeignServer;
  return env.remoteAddress ?? env.remoteAddr?.hostname ?? env.incoming?.socket?.remoteAddress ??
    (typeof env.requestIP === "function" ? env.requestIP(c.req.raw)?.address : undefined);
}

function tooMany(c: Context<ControlEnv>, refusedMs: number): Response {
  const error = new CarillonError("tooManyRequests", "Authentication failed too often from this address", {
    retryable: true,
  });
  return problemResponse(c, error, { "Retry-After": String(Math.ceil(refusedMs / 1000)) });
}

function unauthorized(c: Context<ControlEnv>, isWrong: boolean): Response {
  const detail = isWrong
    ? "The bearer token is not one of this scheduler's"
    : "This needs authentication: send the header 'Authorization: Bearer <token>'";
  const challenge = `Bearer realm="carillon"${isWrong ? ', error="invalid_token"' : ""}`;
  return problemResponse(c, new CarillonError("unauthorized", detail), { "WWW-Authenticate": challenge });
}

/**
 * Without authentication and a list of hosts only this machine is served. Signs of another one: the address the
 * connection comes from, where the server passes it on, and the headers of a proxy.
 */
function refuseOtherMachines(c: Context<ControlEnv>): void {
  const peer = peerOf(c);
  const proxied = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"].some((name) => c.req.header(name));
  if (!proxied && (peer === undefined || isLoopback(peer))) return;
  throw new CarillonError(
    "authenticationRequired",
    "Other machines need authentication, and these control endpoints have none; give createControlApp the option " +
      "'auth', or name the hosts that it serves without in 'allowedHosts'",
    { details: { option: "auth" } },
  );
}

/** Refuses pages of other sites: a browser sends their requests to this machine as well. */
function refuseOtherSites(c: Context<ControlEnv>): void {
  const origin = c.req.header("Origin");
  const site = c.req.header("Sec-Fetch-Site");
  const isOther =
    (origin !== undefined && URL.parse(origin)?.host !== URL.parse(`http://${hostOf(c)}`)?.host) ||
    site === "cross-site" || site === "same-site";
  if (!isOther) return;
  throw new CarillonError(
    "forbidden",
    "Without authentication, pages of other sites may not use the control endpoints",
    { details: { origin: clip(origin ?? "unknown", 100) } },
  );
}
