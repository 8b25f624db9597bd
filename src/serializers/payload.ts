import { CarillonError, isCarillonError, messageOf } from "../errors.ts";
import { disregard } from "../model/maybe_promise.ts";
import type { Payload } from "../model/payload.ts";
import { plainJson } from "./plain_json.ts";
import { richJson } from "./rich_json.ts";
import type { Serializer } from "./serializer.ts";

/** Serializers whose values can always be read. */
const builtIn: readonly Serializer[] = [richJson, plainJson];

/** Serializers whose names are known to be fine. */
const checked = new WeakSet<Serializer>(builtIn);

/** Encodes a value for the store; null for `undefined`, which is no value. Throws `serializationFailed`. */
export function encodePayload(value: unknown, serializer: Serializer): Payload | null {
  if (value === undefined) return null;
  if (!checked.has(serializer)) checkName(serializer);
  try {
    const text: unknown = serializer.serialize(value);
    if (typeof text === "string" && text.isWellFormed() && !text.includes("\0")) {
      return `${serializer.name}:${text}`;
    }
    disregard(text);
    throw new TypeError(
      typeof text === "string" ? "it returned half a character or NUL" : "it returned no string",
    );
  } catch (cause) {
    throw failure("serializationFailed", serializer, cause);
  }
}

/**
 * Decodes a stored value; undefined for null. The serializer that wrote it is found by the name in front, among
 * those given and the built-in ones. Throws `deserializationFailed`.
 */
export function decodePayload(payload: Payload | null, serializers: readonly Serializer[] = []): unknown {
  if (payload === null) return undefined;
  const colon = payload.indexOf(":");
  const name = payload.slice(0, Math.max(0, colon));
  const serializer = named(serializers, name) ?? named(builtIn, name);
  if (serializer === undefined) throw unknownSerializer(payload, name);
  try {
    const value = serializer.deserialize(payload.slice(colon + 1));
    if (!(value instanceof Promise)) return value;
    disregard(value);
    throw new TypeError("it returned a promise");
  } catch (cause) {
    throw failure("deserializationFailed", serializer, cause);
  }
}

function named(serializers: readonly Serializer[], name: string): Serializer | undefined {
  for (const serializer of serializers) if (serializer.name === name) return serializer;
  return undefined;
}

function checkName(serializer: Serializer): void {
  const { name } = serializer;
  if (!/^[A-Za-z]+$/.test(name)) {
    const message = `The name of a serializer must be letters only, but is '${name}'`;
    throw new CarillonError("invalidOption", message, { details: { option: "serializer" } });
  }
  checked.add(serializer);
}

/** Wraps what a serializer threw in an error with the matching code. */
function failure(
  code: "serializationFailed" | "deserializationFailed",
  { name }: Serializer,
  cause: unknown,
): CarillonError {
  if (isCarillonError(cause, code)) return cause;
  const doing = code === "serializationFailed" ? "write" : "read";
  const message = `The serializer '${name}' could not ${doing} the value: ${messageOf(cause)}`;
  return new CarillonError(code, message, { details: { serializer: name }, cause });
}

function unknownSerializer(payload: Payload, name: string): CarillonError {
  const known = builtIn.map((serializer) => `'${serializer.name}'`).join(" and ");
  const message = name === ""
    ? `The stored value does not name the serializer that wrote it, but begins with '${payload.slice(0, 20)}'`
    : `The stored value was written by the serializer '${name}', but only ${known} are built in: ` +
      "give the scheduler that serializer";
  return new CarillonError("deserializationFailed", message, { details: { serializer: name } });
}
