import { CarillonError, type ErrorCode } from "../errors.ts";
import { clip } from "./text.ts";
import type { StoredError } from "./job_record.ts";

/** The bounds of a stored error. */
const MESSAGE_MAX = 4000;
const STACK_MAX = 16_000;
const DETAILS_MAX = 4000;
const CAUSES_MAX = 5;

/** Returns the stored form of an error: name, message, code, stack, details and causes, each within bounds. */
export function storedError(error: unknown, depth = 0): StoredError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: clip(describeThrown(error), MESSAGE_MAX) };
  }
  const code = (error as { readonly code?: unknown }).code;
  const details = plainDetails(error);
  return {
    name: error.name,
    message: clip(error.message, MESSAGE_MAX),
    ...(error.stack === undefined ? {} : { stack: clip(error.stack, STACK_MAX) }),
    ...(typeof code === "string" ? { code } : {}),
    ...(details === undefined ? {} : { details }),
    ...(error.cause === undefined || depth >= CAUSES_MAX
      ? {}
      : { cause: storedError(error.cause, depth + 1) }),
  };
}

/** Makes an error of its stored form; the platform's own errors and Carillon's are of their class. */
export function revivedError(stored: StoredError): Error {
  const { name, message, stack, code, details = {} } = stored;
  const options = stored.cause ? { cause: revivedError(stored.cause) } : {};
  const error = name === "CarillonError" && code !== undefined
    ? new CarillonError(code as ErrorCode, message, { ...options, details })
    : new (platformErrors.get(name) ?? Error)(message, options);
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  if (code !== undefined && !("code" in error)) Object.assign(error, { code });
  return error;
}

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

const platformErrors: ReadonlyMap<string, ErrorClass> = new Map(
  [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((one) => [one.name, one]),
);

function plainDetails(error: Error): StoredError["details"] {
  if (!(error instanceof CarillonError)) return undefined;
  try {
    const text = JSON.stringify(error.details);
    return text === "{}" || text.length > DETAILS_MAX ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeThrown(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return `thrown: ${JSON.stringify(value) ?? String(value)}`;
  } catch {
    return `thrown: ${String(value)}`;
  }
}
