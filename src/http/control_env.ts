import type { Logger } from "../model/logger.ts";
import type { SchedulerCore } from "../scheduler/scheduler_core.ts";
import type { Clock } from "../time/clock.ts";

/** What the control endpoints use of a scheduler. */
export type ControlledScheduler = Pick<
  SchedulerCore,
  | "name"
  | "role"
  | "state"
  | "paused"
  | "timeZone"
  | "storeNames"
  | "subscribe"
  | "pause"
  | "resume"
  | "getTask"
  | "getTasks"
  | "pauseTask"
  | "resumeTask"
  | "getSchedule"
  | "getSchedules"
  | "pauseSchedule"
  | "resumeSchedule"
  | "runScheduleNow"
  | "removeSchedule"
  | "addJob"
  | "getJob"
  | "getJobs"
  | "getJobResult"
  | "cancelJob"
  | "retryJob"
  | "removeJob"
  | "updateJob"
  | "cancelJobs"
  | "retryJobs"
  | "removeJobs"
  | "getJobAttempts"
  | "getJobLogs"
  | "explain"
  | "backfillSchedule"
>;

/** What all routes share. */
export interface ControlParts {
  readonly scheduler: ControlledScheduler;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What travels with a request. */
export interface ControlEnv {
  /** What the server that took the request tells about it. */
  Bindings: {
    /** Where the connection comes from, where the server knows. */
    readonly remoteAddress?: string | undefined;
  };
  Variables: {
    /** Name of the token's holder: who did it. */
    caller: string;
  };
}
