import { Buffer } from "node:buffer";
import { CarillonError } from "../../errors.ts";
import type { JsonValue } from "../../model/payload.ts";

/** The most levels of a value. */
const DEPTH_MAX = 1000;

/**
 * The room of one response for values that tasks and users wrote. Values that share parts are small in memory and
 * large as JSON.
 */
export class JsonBudget {
  readonly #nodesMax: number;
  readonly #bytesMax: number;
  #nodes = 0;
  #bytes = 0;

  /** A budget of values and of characters. */
  constructor(nodesMax = 200_000, bytesMax = 10_000_000) {
    this.#nodesMax = nodesMax;
    this.#bytesMax = bytesMax;
  }

  /** Counts a value with `bytes` of text. Throws `serializationFailed` beyond the budget. */
  take(bytes: number): void {
    this.#nodes++;
    this.#bytes += bytes + 1;
    if (this.#nodes <= this.#nodesMax && this.#bytes <= this.#bytesMax) return;
    throw new CarillonError(
      "serializationFailed",
      `The value is too large to be shown as JSON: at most ${this.#nodesMax} values and ${this.#bytesMax} bytes ` +
        "fit in a response; a list can be read in parts with a smaller 'limit'",
      { details: { nodesMax: this.#nodesMax, bytesMax: this.#bytesMax } },
    );
  }
}

/**
 * Returns the closest plain JSON value for anything that a task returned: values with a `toJSON`, such as instants,
 * by it, big integers as decimal strings, maps as lists of pairs, sets as lists, bytes as base64, numbers that are
 * not finite as null, errors by name and message.
 *
 * Throws `serializationFailed` for a value that contains itself, is nested too deeply, exceeds the budget or cannot
 * be read.
 */
export function jsonValueOf(value: unknown, budget = new JsonBudget()): JsonValue {
  try {
    return plain(value, new Set(), budget);
  } catch (cause) {
    if (cause instanceof CarillonError) throw cause;
    throw new CarillonError("serializationFailed", "The value cannot be shown as JSON", { cause });
  }
}

function plain(value: unknown, inside: Set<object>, budget: JsonBudget): JsonValue {
  budget.take(typeof value === "string" ? value.length : 4);
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return String(value);
    case "object":
      return value === null ? null : plainObject(value, inside, budget);
    default:
      return null;
  }
}

function plainObject(value: object, inside: Set<object>, budget: JsonBudget): JsonValue {
  if (inside.has(value)) {
    throw new CarillonError("serializationFailed", "The value contains itself and cannot be shown as JSON");
  }
  if (inside.size >= DEPTH_MAX) {
    throw new CarillonError("serializationFailed", `The value is nested deeper than ${DEPTH_MAX} levels`);
  }
  inside.add(value);
  const result = plainContent(value, inside, budget);
  inside.delete(value);
  return result;
}

function plainContent(value: object, inside: Set<object>, budget: JsonBudget): JsonValue {
  const item = (one: unknown) => plain(one, inside, budget);
  const toJSON = (value as { readonly toJSON?: unknown }).toJSON;
  if (typeof toJSON === "function") return item(toJSON.call(value));
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, item);
  if (value instanceof Map) return Array.from(value, (pair) => Array.from(pair, item));
  if (value instanceof Error) return { name: item(value.name), message: item(value.message) };
  if (value instanceof RegExp) return item(String(value));
  if (value instanceof ArrayBuffer) return base64(new Uint8Array(value), budget);
  if (ArrayBuffer.isView(value)) {
    return base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), budget);
  }
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([key, field]) => {
    budget.take(key.length);
    return [key, item(field)];
  }));
}

function base64(bytes: Uint8Array, budget: JsonBudget): string {
  budget.take(Math.ceil(bytes.length / 3) * 4);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
