import { CarillonError, type ErrorCode, isCarillonError } from "../errors.ts";
import { fieldOf, isError, keysOf, plainCopy, textOf } from "../untrusted.ts";
import type { StoredError } from "./job_record.ts";
import type { JsonValue } from "./payload.ts";

/** The bounds of a stored error. */
const NAME_MAX = 200;
const MESSAGE_MAX = 4000;
const STACK_MAX = 16_000;
const DETAILS_MAX = 4000;
const CAUSES_MAX = 5;

/**
 * Returns the stored form of whatever was thrown: name, message, code, stack, the thrower's own fields as details, and
 * causes, each within bounds. Never throws; each field is read once.
 */
export function storedError(error: unknown, depth = 0): StoredError {
  if (!isError(error)) {
    return {
      name: "Error",
      message: textOf(typeof error === "string" ? error : `thrown: ${textOf(error)}`, MESSAGE_MAX),
    };
  }
  const [name, message, code, cause] = ["name", "message", "code", "cause"].map((field) =>
    fieldOf(error, field)
  );
  // Reading the stack makes a string of the name and the message, whatever these are and however long that takes.
  const stack = [name, message].some(isCostly) ? undefined : fieldOf(error, "stack");
  const details = detailsOf(error, code);
  return {
    name: typeof name === "string" ? textOf(name, NAME_MAX) : "Error",
    message: textOf(message, MESSAGE_MAX),
    ...(typeof stack === "string" ? { stack: textOf(stack, STACK_MAX) } : {}),
    ...(typeof code === "string" ? { code: textOf(code, NAME_MAX) } : {}),
    ...(details === undefined ? {} : { details }),
    ...(cause === undefined || depth >= CAUSES_MAX ? {} : { cause: storedError(cause, depth + 1) }),
  };
}

/** Makes an error of its stored form; the platform's own errors and Carillon's are of their class. */
export function revivedError(stored: StoredError): Error {
  const { name, message, stack, code, details = {} } = stored;
  const options = stored.cause ? { cause: revivedError(stored.cause) } : {};
  const isOurs = name === "CarillonError" && code !== undefined;
  const error = isOurs
    ? new CarillonError(code as ErrorCode, message, { ...options, details })
    : new (platformErrors.get(name) ?? Error)(message, options);
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  if (isOurs) return error;
  for (const [key, value] of Object.entries(code === undefined ? details : { ...details, code })) {
    if (!namedFields.has(key)) Object.defineProperty(error, key, { ...ownField, value });
  }
  return error;
}

const ownField = { configurable: true, enumerable: true, writable: true };

/** Fields of an error that its stored form has by their own names. */
const namedFields: ReadonlySet<string> = new Set(["name", "message", "stack", "cause"]);

function isCostly(value: unknown): boolean {
  return typeof value === "object" && value !== null && textOf(value).length > NAME_MAX;
}

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

const platformErrors: ReadonlyMap<string, ErrorClass> = new Map(
  [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((one) => [one.name, one]),
);

/** The error's own fields, as many as there is room for; of Carillon's errors what is in `details`. */
function detailsOf(error: Error, code: unknown): StoredError["details"] {
  const isOurs = isCarillonError(error);
  const source: unknown = isOurs ? fieldOf(error, "details") : error;
  const kept: [string, JsonValue][] = [];
  let left = DETAILS_MAX;
  for (const key of keysOf(source)) {
    if (!isOurs && (namedFields.has(key) || (key === "code" && typeof code === "string"))) continue;
    if (left <= 0) break;
    const value = plainCopy(fieldOf(source, key));
    if (value === undefined) continue;
    const length = key.length + JSON.stringify(value).length + 4;
    if (length > left) continue;
    kept.push([textOf(key), value]);
    left -= length;
  }
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
