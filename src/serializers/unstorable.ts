import { CarillonError } from "../errors.ts";

/**
 * The error of a value that a format cannot hold. `path` leads to it from the outermost value, which is `$`;
 * `what` says what it is, as in "it is a function".
 */
export function unstorable(format: string, path: string, what: string, cause?: unknown): CarillonError {
  const message =
    `The value at ${path} cannot be stored as ${format}: it is ${what}. Store plain data instead`;
  return new CarillonError("serializationFailed", message, { details: { path, format }, cause });
}

/** What a value is, for such an error. */
export function kindOf(value: unknown): string {
  if (typeof value === "object" && value !== null) return kindOfObject(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return "broken text (half of a surrogate pair)";
  return typeof value === "bigint" ? "a bigint" : String(value);
}

function kindOfObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return "an object without a prototype";
  if (prototype === Array.prototype) return "an array with names as keys";
  const name = (prototype as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
  if (typeof name !== "string" || name === "") return "an instance of a class without a name";
  return name === "Object" ? "an object with symbols as keys" : `an instance of ${name}`;
}

/** The error of stored text that is not what the format writes. */
export function unreadable(format: string, cause: unknown): CarillonError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CarillonError("deserializationFailed", `The stored value is not ${format}: ${reason}`, {
    details: { format },
    cause,
  });
}
