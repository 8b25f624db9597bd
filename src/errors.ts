import { fieldOf, isError, textOf } from "./untrusted.ts";

/**
 * Every way in which Carillon refuses or fails, as a closed list.
 *
 * HTTP statuses and command line exit codes are derived from these and from nothing else.
 */
export type ErrorCode =
  // triggers
  | "invalidTrigger"
  | "unknownTriggerKind"
  | "unknownTimeZone"
  | "neverFires"
  | "maxIterationsReached"
  | "unknownCalendar"
  | "triggerFailed"
  // tasks
  | "invalidTask"
  | "duplicateTask"
  | "unknownTask"
  | "invalidInput"
  | "invalidOutput"
  | "taskModuleFailed"
  // records
  | "scheduleNotFound"
  | "scheduleExists"
  | "jobNotFound"
  | "jobNotReady"
  | "waitTimedOut"
  | "cursorExpired"
  | "invalidState"
  | "invalidOperation"
  // ends of a job that was waited for
  | "jobFailed"
  | "jobTimedOut"
  | "jobCancelled"
  | "jobMissedStartDeadline"
  | "jobAbandoned"
  | "jobParked"
  | "jobWaitsForItself"
  // ends that a job chooses itself
  | "jobSnoozed"
  | "jobCancelledItself"
  | "jobRetryAfter"
  // context
  | "noCurrentJob"
  | "noCurrentScheduler"
  // stores
  | "storeBusy"
  | "storeReadOnly"
  | "storeFull"
  | "storeCorrupt"
  | "storeNewerSchema"
  | "storeUnavailable"
  | "storeClosed"
  | "storeFailed"
  | "unknownStore"
  // values
  | "serializationFailed"
  | "deserializationFailed"
  | "payloadTooLarge"
  // the scheduler
  | "invalidOption"
  | "invalidConfiguration"
  | "schedulerRunning"
  | "schedulerStopped"
  | "leaseLost"
  | "unknownExecutor"
  | "executorFailed"
  // faces
  | "unauthorized"
  | "forbidden"
  | "authenticationRequired"
  | "tooManyRequests"
  | "notFound"
  | "methodNotAllowed"
  | "unsupportedMediaType"
  | "bodyTooLarge"
  | "invalidRequest"
  | "addressInUse"
  | "usage"
  | "internal";

/** Facts that go with an error, for programs: ids, positions, what was expected and what came. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** Options of {@linkcode CarillonError}. */
export interface CarillonErrorOptions {
  /** Facts for programs. @default {} */
  readonly details?: ErrorDetails;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** True if the same call can succeed later without a change. @default false */
  readonly retryable?: boolean;
}

/**
 * The one error class of Carillon. Distinguish errors by {@linkcode CarillonError.code}, never by their message.
 *
 * @example Handle a missing schedule apart from other failures
 * ```ts
 * import { CarillonError } from "carillon";
 *
 * const error = new CarillonError("scheduleNotFound", "There is no schedule 'daily'", {
 *   details: { scheduleId: "daily" },
 * });
 * if (error.code !== "scheduleNotFound") throw error;
 * ```
 */
export class CarillonError extends Error {
  /** The kind of failure, from the closed list {@linkcode ErrorCode}. */
  readonly code: ErrorCode;
  /** Facts for programs: ids, positions, what was expected and what came. */
  readonly details: ErrorDetails;
  /** True if the same call can succeed later without a change. */
  readonly retryable: boolean;

  /** Makes an error with its code, a sentence for people, and facts for programs. */
  constructor(code: ErrorCode, message: string, options: CarillonErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CarillonError";
    this.code = code;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? false;
  }
}

/** True if `error` is a {@linkcode CarillonError}, optionally one with this code. Never throws. */
export function isCarillonError(error: unknown, code?: ErrorCode): error is CarillonError {
  if (!isError(error)) return false;
  try {
    return error instanceof CarillonError && (code === undefined || error.code === code);
  } catch {
    return false;
  }
}

/** Returns the message of whatever was thrown. Never throws. */
export function messageOf(error: unknown): string {
  return textOf(isError(error) ? fieldOf(error, "message") : error);
}
