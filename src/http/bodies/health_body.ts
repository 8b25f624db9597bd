import type { SchedulerRole } from "../../model/states.ts";
import type { SchedulerState } from "../../scheduler/scheduler_base.ts";

/** How the scheduler and its stores are, as JSON. Nothing in it is a secret: it is answered to anybody. */
export interface HealthBody {
  readonly status: "ok" | "failing";
  readonly scheduler: {
    readonly role: SchedulerRole;
    readonly state: SchedulerState;
    readonly paused: boolean;
  };
  readonly stores: readonly { readonly name: string; readonly answers: boolean }[];
  /** For how long the schedule that waits longest has been due; null when no store answers. */
  readonly lagMs: number | null;
}
