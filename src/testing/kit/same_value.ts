import { isDeepStrictEqual } from "node:util";
import { temporalName } from "../../time/temporal.ts";

/** Whether two values are the same to a reader: deeply equal, Temporal values by what they say. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (temporalName(a) !== undefined || temporalName(b) !== undefined) {
    return temporalName(a) === temporalName(b) && String(a) === String(b);
  }
  if (!isPlain(a) || !isPlain(b)) return isDeepStrictEqual(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
