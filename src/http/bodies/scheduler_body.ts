import type { SchedulerRole } from "../../model/states.ts";
import type { SchedulerState } from "../../scheduler/environment.ts";
import type { ControlledScheduler } from "../control_env.ts";

/** The scheduler itself as JSON. */
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

/** The health of the scheduler and its stores as JSON; without authentication only the status is shown. */
export interface HealthBody {
  readonly status: "ok" | "failing";
  readonly scheduler: Pick<SchedulerBody, "role" | "state" | "paused">;
  readonly stores: readonly { readonly name: string; readonly answers: boolean }[];
  /** The delay of the schedule that has been due longest; null when no store answers. */
  readonly lagMs: number | null;
}

/** Returns the scheduler itself as JSON. */
export function schedulerBody(
  { name, role, state, paused, timeZone, storeNames }: ControlledScheduler,
): SchedulerBody {
  return { name, role, state, paused, timeZone, stores: storeNames };
}
