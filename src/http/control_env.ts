import type { Logger } from "../model/logger.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { Clock } from "../time/clock.ts";
import type { ConnectionFacts } from "./http_server.ts";

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

/** The rights of a caller; each role includes those before it. */
export type ControlRole = "viewer" | "producer" | "operator" | "admin";

/** The caller of an endpoint. */
export interface ControlCaller {
  /** The caller's name, for people. */
  readonly name: string;
  /**
   * `viewer` reads; `producer` also adds jobs; `operator` also pauses, resumes, runs, changes, cancels and removes;
   * `admin` may do everything.
   *
   * @default "admin"
   */
  readonly role?: ControlRole;
}

/** The values that travel with a request. */
export interface ControlEnv {
  /** Facts from the server that took the request. */
  Bindings: ConnectionFacts;
  Variables: {
    /** The holder of the token. */
    caller: Required<ControlCaller>;
  };
}
