import { Hono } from "hono";
import type { SchedulerRole } from "../../model/states.ts";
import type { SchedulerState } from "../../scheduler/scheduler_base.ts";
import type { ControlEnv, ControlledScheduler, ControlParts } from "../control_env.ts";

/** The scheduler itself, as JSON. */
export interface SchedulerBody {
  readonly name: string;
  readonly role: SchedulerRole;
  readonly state: SchedulerState;
  readonly paused: boolean;
  /** Zone of triggers that name none. */
  readonly timeZone: string;
  /** Aliases of its stores, the default one first. */
  readonly stores: readonly string[];
}

/** The scheduler itself: show, pause, resume. */
export function schedulerRoutes({ scheduler }: ControlParts) {
  return new Hono<ControlEnv>()
    .get("/", (c) => c.json(schedulerBody(scheduler)))
    .post("/pause", (c) => {
      scheduler.pause();
      return c.json(schedulerBody(scheduler));
    })
    .post("/resume", (c) => {
      scheduler.resume();
      return c.json(schedulerBody(scheduler));
    });
}

function schedulerBody(
  { name, role, state, paused, timeZone, storeNames }: ControlledScheduler,
): SchedulerBody {
  return { name, role, state, paused, timeZone, stores: storeNames };
}
