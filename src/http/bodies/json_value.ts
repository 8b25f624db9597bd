import { Buffer } from "node:buffer";
import { CarillonError } from "../../errors.ts";
import type { JsonValue } from "../../model/payload.ts";

/**
 * Returns the closest plain JSON value for anything that a task returned: values with a `toJSON`, such as instants,
 * by it, big integers as decimal strings, maps as lists of pairs, sets as lists, bytes as base64, numbers that are
 * not finite as null, errors by name and message.
 *
 * Throws `serializationFailed` for a value that contains itself.
 */
export function jsonValueOf(value: unknown): JsonValue {
  return plain(value, []);
}

function plain(value: unknown, inside: readonly object[]): JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return String(value);
    case "object":
      return value === null ? null : plainObject(value, inside);
    default:
      return null;
  }
}

function plainObject(value: object, inside: readonly object[]): JsonValue {
  if (inside.includes(value)) {
    throw new CarillonError("serializationFailed", "The value contains itself and cannot be shown as JSON");
  }
  const here = [...inside, value];
  const list = (items: Iterable<unknown>) => Array.from(items, (item) => plain(item, here));
  const toJSON = (value as { readonly toJSON?: unknown }).toJSON;
  if (typeof toJSON === "function") return plain(toJSON.call(value), here);
  if (Array.isArray(value) || value instanceof Set) return list(value);
  if (value instanceof Map) return Array.from(value, (pair) => list(pair));
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof RegExp) return String(value);
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item, here)]));
}
