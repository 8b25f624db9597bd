import type { MiddlewareHandler } from "hono";
import { CarillonError } from "../../errors.ts";
import type { ControlEnv, ControlledScheduler } from "../control_env.ts";

/**
 * Refuses requests once the scheduler was stopped, until it is started again: they would open its stores, which the
 * stop has closed. A scheduler that was never started is served.
 */
export function refuseStopped(scheduler: ControlledScheduler): MiddlewareHandler<ControlEnv> {
  let stopped = false;
  scheduler.subscribe(({ type }) => {
    stopped = type === "schedulerStopped";
  }, { types: ["schedulerStarting", "schedulerStopped"], from: "own" });
  return async (_c, next) => {
    if (stopped) {
      throw new CarillonError(
        "schedulerStopped",
        "The scheduler was stopped; it responds again once started",
        { retryable: true },
      );
    }
    await next();
  };
}
