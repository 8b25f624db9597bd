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
import { authenticate } from "./auth/authenticate.ts";
import { markOpen } from "./auth/loopback.ts";
import { type ControlToken, TokenTable } from "./auth/tokens.ts";
import type { ControlEnv, ControlledScheduler, ControlParts } from "./control_env.ts";
import { failureResponse, problemResponse } from "./problems/problem.ts";
import { refuseStopped } from "./requests/refuse_stopped.ts";
import { healthRoutes } from "./routes/health_routes.ts";
import { jobRoutes } from "./routes/job_routes.ts";
import { scheduleRoutes } from "./routes/schedule_routes.ts";
import { schedulerRoutes } from "./routes/scheduler_routes.ts";
import { taskRoutes } from "./routes/task_routes.ts";

export { type FetchHandler, serveControlApp, type ServedApp, type ServeOptions } from "./serve.ts";
export { refuseOpenOffLoopback } from "./auth/loopback.ts";
export type { ControlEnv, ControlledScheduler, ControlToken };
export type { Problem } from "./problems/problem.ts";

/** The size limit of a request's body by default. */
const BODY_BYTES_MAX = 1024 * 1024;

/** Options of {@linkcode createControlApp}. */
export interface ControlAppOptions {
  /**
   * Bearer tokens that give access, best with a name for each holder. Without any, only this machine is served.
   *
   * @default []
   */
  readonly tokens?: readonly (string | ControlToken)[];
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
 * Throws `invalidOption` for a token that no header can carry.
 *
 * @example
 * ```ts
 * import { Scheduler, systemClock, task } from "carillon";
 * import { createControlApp } from "carillon/http";
 *
 * const greet = task({ name: "greet", run: () => "hello" });
 * await using scheduler = new Scheduler({ tasks: [greet] });
 * const app = createControlApp(scheduler, {
 *   tokens: [{ name: "ada", token: "Zk3v9sQx7LrT2nWb" }],
 *   maxBodyBytes: 10_000,
 *   logger: console,
 *   clock: systemClock, // what the scheduler has
 * });
 *
 * const headers = { Authorization: "Bearer Zk3v9sQx7LrT2nWb" };
 * const response = await app.request("/tasks/greet", { headers });
 * console.assert((await response.json()).name === "greet");
 * ```
 */
export function createControlApp(scheduler: ControlledScheduler, options: ControlAppOptions = {}) {
  const { tokens, parts, maxBodyBytes } = resolveOptions(scheduler, options);
  const app = new Hono<ControlEnv>();
  app.onError((error, c) => failureResponse(c, error, parts.logger));
  app.notFound((c) => problemResponse(c, noEndpoint(c.req.method, c.req.path)));
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
    c.header("X-Content-Type-Options", "nosniff");
  });
  // Before authentication: a supervisor of the process has no token.
  const withHealth = app.route("/health", healthRoutes(parts));
  app.use(authenticate(tokens));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (c, allowed) => refuseMethod(c, allowed) }));
  app.use(refuseStopped(scheduler));
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: () => refuseSize(maxBodyBytes) }));
  if (tokens.empty) markOpen(app);
  return withHealth
    .route("/scheduler", schedulerRoutes(parts))
    .route("/tasks", taskRoutes(parts))
    .route("/schedules", scheduleRoutes(parts))
    .route("/jobs", jobRoutes(parts));
}

function resolveOptions(scheduler: ControlledScheduler, options: ControlAppOptions) {
  const where = "createControlApp";
  refuseUnknownOptions(options, ["tokens", "maxBodyBytes", "logger", "clock"], where);
  const { tokens = [], maxBodyBytes = BODY_BYTES_MAX, logger = silentLogger, clock = systemClock } = options;
  const parts: ControlParts = { scheduler, clock, logger };
  return {
    parts,
    tokens: new TokenTable(tokens),
    maxBodyBytes: checkInteger(maxBodyBytes, "maxBodyBytes", where),
  };
}

function noEndpoint(method: string, path: string): CarillonError {
  return new CarillonError("notFound", `There is no endpoint ${method} ${path}`, {
    details: { method, path },
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
