import type { Context, MiddlewareHandler } from "hono";
import { CarillonError } from "../../errors.ts";
import type { ControlEnv } from "../control_env.ts";
import { problemResponse } from "../problems/problem.ts";
import { isLoopback } from "./loopback.ts";
import type { TokenTable } from "./tokens.ts";

/** Admits requests with a token; where there are no tokens, those from this machine. */
export function authenticate(tokens: TokenTable): MiddlewareHandler<ControlEnv> {
  return async (c, next) => {
    if (tokens.empty) {
      refuseOtherMachines(c);
      refuseOtherSites(c);
      c.set("caller", "this machine");
      return await next();
    }
    const sent = /^Bearer +([^ ]+) *$/i.exec(c.req.header("Authorization") ?? "")?.[1];
    const caller = sent === undefined ? undefined : tokens.holderOf(sent);
    if (caller === undefined) return unauthorized(c, sent !== undefined);
    c.set("caller", caller);
    return await next();
  };
}

function unauthorized(c: Context<ControlEnv>, wrong: boolean): Response {
  const detail = wrong
    ? "The bearer token is not one of this scheduler's"
    : "This needs authentication: send the header 'Authorization: Bearer <token>'";
  const challenge = `Bearer realm="carillon"${wrong ? ', error="invalid_token"' : ""}`;
  return problemResponse(c, new CarillonError("unauthorized", detail), { "WWW-Authenticate": challenge });
}

/**
 * Without tokens only this machine is served. Signs of another one: the address the connection comes from, where
 * the server passes it on; a host name that is not this machine's (a page may have pointed its own name here); and
 * the headers of a proxy.
 */
function refuseOtherMachines(c: Context<ControlEnv>): void {
  const remote = c.env?.remoteAddress;
  const { hostname } = new URL(c.req.url);
  const proxied = c.req.header("Forwarded") ?? c.req.header("X-Forwarded-For");
  const local = isLoopback(hostname) && proxied === undefined && (remote === undefined || isLoopback(remote));
  if (local) return;
  throw new CarillonError(
    "authenticationRequired",
    "Other machines need authentication, and these control endpoints have no token; " +
      "give createControlApp the option 'tokens'",
    { details: { option: "tokens" } },
  );
}

/** Refuses pages of other sites: a browser sends their requests to this machine as well. */
function refuseOtherSites(c: Context<ControlEnv>): void {
  const origin = c.req.header("Origin");
  if (origin === undefined || origin === new URL(c.req.url).origin) return;
  throw new CarillonError(
    "forbidden",
    `Without a token, pages of other sites may not use the control endpoints, but this one is '${origin}'`,
    { details: { origin } },
  );
}
