import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { CarillonError, type ErrorCode } from "../../errors.ts";
import type { JsonValue } from "../../model/payload.ts";
import { plainJson } from "../bodies/plain_json.ts";
import { statusOfCode } from "./status_of_code.ts";

/** What a refused request is answered with: RFC 9457, with the project's code and its details. */
export interface Problem {
  /** `urn:carillon:error:` and the code. */
  readonly type: string;
  /** The code in words; the same for every problem of this code. */
  readonly title: string;
  readonly status: number;
  /** What went wrong this time, for people. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** Facts for programs: ids, what was expected and what came. */
  readonly details: JsonValue;
  /** Whether the same request can succeed later. */
  readonly retryable: boolean;
}

/** An error as a response. Only what a {@linkcode CarillonError} says goes out: no stack, no cause. */
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
    detail: error.message,
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

/** Whatever was thrown, as an error that may be shown. What nobody foresaw is `internal` and says no more. */
export function shownError(error: unknown): CarillonError {
  if (error instanceof CarillonError) return error;
  if (error instanceof HTTPException && error.status < 500) {
    return new CarillonError("invalidRequest", error.message || "The request cannot be understood");
  }
  return new CarillonError("internal", "The request failed for a reason that the server's log tells");
}

function detailsOf(error: CarillonError): JsonValue {
  try {
    return plainJson(error.details);
  } catch {
    return {};
  }
}

/** `jobNotFound` is "Job not found". */
function wordsOf(code: ErrorCode): string {
  const words = code.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
