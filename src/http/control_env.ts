import type { Logger } from "../model/logger.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Clock } from "../time/clock.ts";

/** The part of a scheduler that the control endpoints use. */
export type ControlledScheduler = Pick<
  Scheduler,
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

/** The objects that all routes share. */
export interface ControlParts {
  readonly scheduler: ControlledScheduler;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The values that travel with a request. */
export interface ControlEnv {
  /** Facts from the server that took the request. */
  Bindings: {
    /** The address the connection comes from, if the server knows it. */
    readonly remoteAddress?: string | undefined;
  };
  Variables: {
    /** Name of the token's holder. */
    caller: string;
  };
}
