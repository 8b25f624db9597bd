import type { AttemptOutcome } from "../../model/job_history.ts";
import type { LogLevel } from "../../model/logger.ts";
import type { JsonValue } from "../../model/payload.ts";
import type { JobAttempt, JobLogLine } from "../../scheduler/views/job_history.ts";
import { type ErrorBody, errorBody } from "./job_body.ts";
import { type JsonBudget, jsonValueOf } from "./json_value.ts";

/** An attempt of a job as JSON. */
export interface AttemptBody {
  readonly number: number;
  readonly attempt: number;
  readonly scheduler: string | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: AttemptOutcome | null;
  readonly error: ErrorBody | null;
}

/** A line of a job's log as JSON. */
export interface LogLineBody {
  readonly at: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: JsonValue;
  readonly attempt: number;
  readonly onFailure: boolean;
}

/** Returns an attempt as JSON. */
export function attemptBody(attempt: JobAttempt): AttemptBody {
  return {
    number: attempt.number,
    attempt: attempt.attempt,
    scheduler: attempt.scheduler ?? null,
    startedAt: attempt.startedAt.toString(),
    finishedAt: attempt.finishedAt?.toString() ?? null,
    outcome: attempt.outcome ?? null,
    error: errorBody(attempt.error),
  };
}

/** Returns a line of a log as JSON; the lines of one response share a budget. */
export function logLineBody(line: JobLogLine, budget: JsonBudget): LogLineBody {
  return {
    at: line.at.toString(),
    level: line.level,
    message: line.message,
    fields: jsonValueOf(line.fields, budget),
    attempt: line.attempt,
    onFailure: line.onFailure,
  };
}
