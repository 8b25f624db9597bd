import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { CarillonError, type ErrorCode, messageOf } from "../../errors.ts";
import type { Logger } from "../../model/logger.ts";
import { clip } from "../../untrusted.ts";
import type { JsonValue } from "../../model/payload.ts";
import { JsonBudget, jsonValueOf } from "../bodies/json_value.ts";
import { statusOfCode } from "./status_of_code.ts";

/** The body of the response to a request that failed: RFC 9457, with the project's code and its details. */
export interface Problem {
  /** `urn:carillon:error:` and the code. */
  readonly type: string;
  /** The code in words; the same for every problem of this code. */
  readonly title: string;
  readonly status: number;
  /** The message of this error, for people. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** Facts for programs: ids, the expected and the given value. */
  readonly details: JsonValue;
  /** True if the same request can succeed later. */
  readonly retryable: boolean;
}

/** Returns the response for an error. It holds only what the {@linkcode CarillonError} states: no stack, no cause. */
export function problemResponse(
  c: Context,
  error: CarillonError,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const status = statusOfCode[error.code];
  const problem: Problem = {
    type: `urn:carillon:error:${error.code}`,
    title: wordsOf(error.code),
    status,
    detail: clip(error.message, 4000),
    code: error.code,
    details: detailsOf(error),
    retryable: error.retryable,
  };
  const wait: Readonly<Record<string, string>> = status === 503 ? { "Retry-After": "1" } : {};
  return c.body(JSON.stringify(problem), status, {
    "Content-Type": "application/problem+json",
    ...wait,
    ...headers,
  });
}

/** Returns the response for anything thrown; a fault of the server is logged, with its stack. */
export function failureResponse(c: Context, error: unknown, logger: Logger): Response {
  const shown = publicError(error);
  // A request whose client has gone ends with an error of its own making.
  if (statusOfCode[shown.code] >= 500 && !c.req.raw.signal.aborted) {
    logger.error("a control request failed", {
      method: c.req.method,
      path: c.req.path,
      code: shown.code,
      error: messageOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
  }
  return problemResponse(c, shown);
}

/** Returns an error that may leave the process; an unforeseen one becomes `internal` and gives no details. */
function publicError(error: unknown): CarillonError {
  if (error instanceof CarillonError) return error;
  if (error instanceof HTTPException && error.status < 500) {
    return new CarillonError("invalidRequest", error.message || "The request cannot be understood");
  }
  return new CarillonError("internal", "The request failed; the server's log has the reason");
}

function detailsOf(error: CarillonError): JsonValue {
  try {
    return jsonValueOf(error.details, new JsonBudget(10_000, 100_000));
  } catch {
    return {};
  }
}

/** `jobNotFound` is "Job not found". */
function wordsOf(code: ErrorCode): string {
  const words = code.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
