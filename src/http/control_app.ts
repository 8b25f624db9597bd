/**
 * Control endpoints: a scheduler over HTTP, for scripts, dashboards and other services.
 *
 * @module
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { methodNotAllowed } from "hono/method-not-allowed";
import { CarillonError } from "../errors.ts";
import { type Logger, silentLogger } from "../model/logger.ts";
import { checkInteger, refuseUnknownOptions } from "../model/option_checks.ts";
import type { Clock } from "../time/clock.ts";
import { systemClock } from "../time/system_clock.ts";
import { authenticate, checkAuth, type ControlAuth } from "./auth/authenticate.ts";
import { checkAllowedHosts } from "./auth/hosts.ts";
import type { ControlToken } from "./auth/tokens.ts";
import type {
  ControlCaller,
  ControlEnv,
  ControlledScheduler,
  ControlParts,
  ControlRole,
} from "./control_env.ts";
import { failureResponse, problemResponse } from "./problems/problem.ts";
import { refuseStopped } from "./requests/refuse_stopped.ts";
import { HealthCheck, healthRoutes } from "./routes/health_routes.ts";
import { jobRoutes } from "./routes/job_routes.ts";
import { scheduleRoutes } from "./routes/schedule_routes.ts";
import { schedulerRoutes } from "./routes/scheduler_routes.ts";
import { markOpen } from "./serve.ts";
import { taskRoutes } from "./routes/task_routes.ts";

export { type FetchHandler, serveControlApp, type ServedApp, type ServeOptions } from "./serve.ts";
export type { ControlAuth, ControlCaller, ControlEnv, ControlledScheduler, ControlRole, ControlToken };
export type { Problem } from "./problems/problem.ts";

/** The size limit of a request's body by default. */
const BODY_BYTES_MAX = 1024 * 1024;

/** The most characters of a request's address. */
const URL_LENGTH_MAX = 8192;

/** Options of {@linkcode createControlApp}. */
export interface ControlAppOptions {
  /**
   * The way in; there is no default. `{ tokens: [{ name, role, token }] }` are bearer tokens of at least 22
   * characters, `{ resolve(request) }` knows the callers of the application around (and returns null for strangers).
   * With `"none"` nothing is asked: for this machine only, unless `allowedHosts` names the hosts to serve.
   */
  readonly auth: ControlAuth;
  /**
   * The values of the header `Host` that are served, exactly: `["jobs.example.com", "127.0.0.1:8000"]`.
   *
   * @default localhost, 127.0.0.1 and [::1] with the port when listening on the loopback or without authentication;
   * any host otherwise
   */
  readonly allowedHosts?: readonly string[];
  /** The size limit of a request's body. @default 1048576 */
  readonly maxBodyBytes?: number;
  /** Receives the failures inside of requests. @default silent */
  readonly logger?: Logger;
  /** The clock, which should be the scheduler's. @default the system's clock */
  readonly clock?: Clock;
}

/** The control endpoints of a scheduler; also the type behind a typed client (`hc<ControlApp>`). */
export type ControlApp = ReturnType<typeof createControlApp>;

/**
 * Returns the control endpoints of a scheduler: a Hono app, to be served by itself (`serveControlApp`), mounted in
 * another one, or called in process. It starts and stops nothing.
 *
 * Throws `invalidOption` without `auth`, and for tokens that are too short or that no header can carry.
 *
 * @example
 * ```ts
 * import { Scheduler, systemClock, task } from "carillon";
 * import { createControlApp } from "carillon/http";
 *
 * const greet = task({ name: "greet", run: () => "hello" });
 * await using scheduler = new Scheduler({ tasks: [greet] });
 * const app = createControlApp(scheduler, {
 *   auth: {
 *     tokens: [{ name: "ada", role: "operator", token: "Zk3v9sQx7LrT2nWbY5pHcA", expiresAt: "2100-01-01T00:00Z" }],
 *   },
 *   allowedHosts: ["localhost"],
 *   maxBodyBytes: 10_000,
 *   logger: console,
 *   clock: systemClock, // what the scheduler has
 * });
 *
 * const headers = { Authorization: "Bearer Zk3v9sQx7LrT2nWbY5pHcA" };
 * const response = await app.request("/tasks/greet", { headers });
 * console.assert((await response.json()).name === "greet");
 * ```
 */
export function createControlApp(scheduler: ControlledScheduler, options: ControlAppOptions) {
  const { entrance, parts, maxBodyBytes } = resolveOptions(scheduler, options);
  const health = new HealthCheck(parts);
  const app = new Hono<ControlEnv>();
  app.onError((error, c) => failureResponse(c, error, parts.logger));
  app.notFound((c) => problemResponse(c, noEndpoint(c.req.method, c.req.path)));
  app.use(async (c, next) => {
    if (c.req.url.length > URL_LENGTH_MAX) refuseUrl();
    await next();
    c.header("Cache-Control", "no-store");
    c.header("X-Content-Type-Options", "nosniff");
  });
  // Before authentication: a supervisor of the process has no token.
  const withHealth = app.route("/health", healthRoutes(health));
  app.use(authenticate(entrance, parts));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (c, allowed) => refuseMethod(c, allowed) }));
  app.use(refuseStopped(scheduler));
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: () => refuseSize(maxBodyBytes) }));
  if (entrance.identify === undefined && entrance.allowedHosts === undefined) markOpen(app);
  return withHealth
    .route("/scheduler", schedulerRoutes(parts, health))
    .route("/tasks", taskRoutes(parts))
    .route("/schedules", scheduleRoutes(parts))
    .route("/jobs", jobRoutes(parts));
}

function resolveOptions(scheduler: ControlledScheduler, given: ControlAppOptions) {
  const where = "createControlApp";
  const options: Partial<ControlAppOptions> = given ?? {};
  refuseUnknownOptions(options, ["auth", "allowedHosts", "maxBodyBytes", "logger", "clock"], where);
  const { auth, allowedHosts, maxBodyBytes = BODY_BYTES_MAX, logger = silentLogger, clock = systemClock } =
    options;
  const parts: ControlParts = { scheduler, clock, logger };
  return {
    parts,
    entrance: { identify: checkAuth(auth, parts), allowedHosts: checkAllowedHosts(allowedHosts) },
    maxBodyBytes: checkInteger(maxBodyBytes, "maxBodyBytes", where),
  };
}

function noEndpoint(method: string, path: string): CarillonError {
  return new CarillonError("notFound", `There is no endpoint ${method} ${path}`, {
    details: { method, path },
  });
}

function refuseUrl(): never {
  throw new CarillonError("invalidRequest", `The address may have at most ${URL_LENGTH_MAX} characters`, {
    details: { max: URL_LENGTH_MAX },
  });
}

function refuseMethod(c: Parameters<typeof problemResponse>[0], allowed: readonly string[]): Response {
  const { method, path } = c.req;
  const error = new CarillonError(
    "methodNotAllowed",
    `The endpoint ${path} does not take ${method}, only ${allowed.join(", ")}`,
    { details: { method, path, allowed } },
  );
  return problemResponse(c, error, { Allow: allowed.join(", ") });
}

function refuseSize(maxBodyBytes: number): never {
  throw new CarillonError("bodyTooLarge", `The body may have at most ${maxBodyBytes} bytes`, {
    details: { maxBodyBytes },
  });
}
