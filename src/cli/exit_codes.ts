import type { ErrorCode } from "../errors.ts";

/** The command succeeded. */
export const EXIT_OK = 0;
/** The command failed, or the job that it ran did. */
export const EXIT_FAILED = 1;
/** The command line is wrong; nothing was done. */
export const EXIT_USAGE = 2;
/** The configuration, a task module or an option of the scheduler is invalid. */
export const EXIT_CONFIGURATION = 3;
/** A given value is invalid: an input, a trigger, a time zone. */
export const EXIT_VALUE = 4;
/** Nothing has the given name or id. */
export const EXIT_NOT_FOUND = 5;
/** Its state does not allow this. */
export const EXIT_STATE = 6;
/** The data store cannot be used. */
export const EXIT_STORE = 7;
/** Another process uses it; the same command may succeed a moment later. */
export const EXIT_BUSY = 8;
/** The command was interrupted by a signal. */
export const EXIT_INTERRUPTED = 130;
/** The reader of standard output was gone before a command ended that runs until it is stopped. */
export const EXIT_OUTPUT_CLOSED = 141;

/** The exit code of every error. */
export const exitCodes: Readonly<Record<ErrorCode, number>> = {
  invalidTrigger: EXIT_VALUE,
  unknownTriggerKind: EXIT_VALUE,
  unknownTimeZone: EXIT_VALUE,
  neverFires: EXIT_VALUE,
  maxIterationsReached: EXIT_VALUE,
  unknownCalendar: EXIT_NOT_FOUND,
  triggerFailed: EXIT_FAILED,
  invalidTask: EXIT_CONFIGURATION,
  duplicateTask: EXIT_CONFIGURATION,
  unknownTask: EXIT_NOT_FOUND,
  invalidInput: EXIT_VALUE,
  invalidOutput: EXIT_FAILED,
  taskModuleFailed: EXIT_CONFIGURATION,
  scheduleNotFound: EXIT_NOT_FOUND,
  scheduleExists: EXIT_STATE,
  jobNotFound: EXIT_NOT_FOUND,
  cursorExpired: EXIT_STATE,
  jobNotReady: EXIT_STATE,
  waitTimedOut: EXIT_STATE,
  invalidState: EXIT_STATE,
  invalidOperation: EXIT_STATE,
  jobFailed: EXIT_FAILED,
  jobTimedOut: EXIT_FAILED,
  jobCancelled: EXIT_FAILED,
  jobMissedStartDeadline: EXIT_FAILED,
  jobAbandoned: EXIT_FAILED,
  jobParked: EXIT_FAILED,
  jobWaitsForItself: EXIT_FAILED,
  jobSnoozed: EXIT_FAILED,
  jobCancelledItself: EXIT_FAILED,
  jobRetryAfter: EXIT_FAILED,
  noCurrentJob: EXIT_FAILED,
  noCurrentScheduler: EXIT_FAILED,
  storeBusy: EXIT_BUSY,
  storeReadOnly: EXIT_STORE,
  storeFull: EXIT_STORE,
  storeCorrupt: EXIT_STORE,
  storeNewerSchema: EXIT_STORE,
  storeUnavailable: EXIT_STORE,
  storeClosed: EXIT_STORE,
  storeFailed: EXIT_STORE,
  unknownStore: EXIT_NOT_FOUND,
  serializationFailed: EXIT_VALUE,
  deserializationFailed: EXIT_FAILED,
  invalidOption: EXIT_CONFIGURATION,
  invalidConfiguration: EXIT_CONFIGURATION,
  schedulerRunning: EXIT_STATE,
  schedulerStopped: EXIT_STATE,
  leaseLost: EXIT_FAILED,
  unknownExecutor: EXIT_CONFIGURATION,
  executorFailed: EXIT_FAILED,
  addressInUse: EXIT_BUSY,
  unauthorized: EXIT_CONFIGURATION,
  forbidden: EXIT_CONFIGURATION,
  authenticationRequired: EXIT_CONFIGURATION,
  tooManyRequests: EXIT_CONFIGURATION,
  notFound: EXIT_NOT_FOUND,
  methodNotAllowed: EXIT_VALUE,
  unsupportedMediaType: EXIT_VALUE,
  bodyTooLarge: EXIT_VALUE,
  payloadTooLarge: EXIT_VALUE,
  invalidRequest: EXIT_VALUE,
  usage: EXIT_USAGE,
  internal: EXIT_FAILED,
};
