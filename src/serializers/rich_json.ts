import {
  defaultParseOperations,
  defaultStringifyOperations,
  DevalueError,
  parse,
  type ParseOptions,
  stringify,
  type StringifyOptions,
} from "devalue";
import { messageOf } from "../errors.ts";
import { Temporal, type TemporalName, temporalName } from "../time/temporal.ts";
import type { Serializer } from "./serializer.ts";
import { kindOf, unreadable, unstorable } from "./storable.ts";

const FORMAT = "rich JSON";

/**
 * Stores values as JSON that also holds what programs really pass around: dates, maps, sets, bigints, bytes and
 * typed arrays, regular expressions, URLs, `undefined`, `NaN`, all Temporal types, and references that are
 * shared or circular. Functions, symbols and instances of classes are refused with their path. The default.
 *
 * @example
 * ```ts
 * import { richJson } from "carillon";
 *
 * const text = richJson.serialize({ since: new Date(0), tags: new Set(["a"]) });
 * const value = richJson.deserialize(text) as { since: Date; tags: Set<string> };
 * console.assert(value.since.getTime() === 0 && value.tags.has("a"));
 * ```
 */
export const richJson: Serializer = {
  name: "rich",
  serialize(value) {
    if (isPlainValue(value)) {
      const text = JSON.stringify(value);
      if (!marksRich(text)) return text;
    }
    try {
      return stringify(value, undefined, stringifyOptions);
    } catch (cause) {
      if (cause instanceof DevalueError) {
        throw unstorable(FORMAT, `$${cause.path}`, kindOf(cause.value), cause);
      }
      throw unstorable(FORMAT, "$", `not readable (${messageOf(cause)})`, cause);
    }
  },
  deserialize(text) {
    try {
      return marksRich(text) ? parse(text, undefined, parseOptions) : JSON.parse(text);
    } catch (cause) {
      throw unreadable(FORMAT, cause);
    }
  },
};

/**
 * True if a string is in the general form, which lists all values a value consists of and can hold more than JSON.
 * What JSON can hold is written as JSON where that cannot be confused with it.
 */
function marksRich(text: string): boolean {
  return text.startsWith("[") || text.startsWith("-");
}

/** A tag that no value has: values tagged with it are refused as instances of classes are. */
const REFUSED = "Refused";

const stringifyOptions: StringifyOptions = {
  operations: {
    tagOf(value: object) {
      const tag = defaultStringifyOperations.tagOf(value);
      return tag === "Object" || comesBackAs(value, tag) ? tag : REFUSED;
    },
    viewInfo: visibleBytes,
  },
};

const parseOptions: ParseOptions = {
  operations: {
    fromStringValue(tag, text) {
      if (tag === "URL" || tag === "URLSearchParams") {
        return defaultParseOperations.fromStringValue(tag, text);
      }
      return Temporal[tag.slice("Temporal.".length) as TemporalName].from(text);
    },
  },
};

/** True if a built-in object comes back as it was: no subclass of one, and no extra properties. */
function comesBackAs(value: object, tag: string): boolean {
  if (temporalName(value) !== undefined) return true;
  const prototype = Object.getPrototypeOf(value) as
    | { readonly constructor?: { readonly name?: string } }
    | null;
  if (prototype?.constructor?.name !== tag) return false;
  if (ArrayBuffer.isView(value)) return true;
  const keys = Object.keys(value).length;
  return Array.isArray(value) ? keys <= value.length : keys === 0;
}

/** Returns a view with only its own bytes: the buffer under it can be larger, and hold unrelated data. */
function visibleBytes(view: ArrayBufferView): ReturnType<typeof defaultStringifyOperations.viewInfo> {
  const info = defaultStringifyOperations.viewInfo(view);
  if (info.byteLength === info.bufferByteLength) return info;
  const buffer = info.buffer.slice(info.byteOffset, info.byteOffset + info.byteLength);
  return { ...info, buffer, byteOffset: 0, bufferByteLength: info.byteLength };
}

/** Values with more arrays and objects in them are left to the general way. */
const CONTAINERS_MAX = 32;

/**
 * True if JSON gives a value back just as it was: strings, numbers, booleans, null, and arrays and plain objects of
 * them, each in one place only. False only means that a closer look is needed.
 */
export function isPlainValue(value: unknown): boolean {
  return isPlain(value, typeof value === "object" ? [] : none);
}

const none: object[] = [];

/** `seen` holds the arrays and objects so far: what is shared or circular has to come back so. */
function isPlain(value: unknown, seen: object[]): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || isPlainContainer(value, seen);
    default:
      return false;
  }
}

function isPlainContainer(value: object, seen: object[]): boolean {
  if (seen.length === CONTAINERS_MAX || seen.includes(value)) return false;
  seen.push(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return hasPlainFields(value, seen);
  return prototype === Array.prototype && Array.isArray(value) && hasPlainItems(value, seen);
}

function hasPlainFields(value: object, seen: object[]): boolean {
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || key === "toJSON" || !isPlain(fields[key], seen)) return false;
  }
  return true;
}

function hasPlainItems(items: readonly unknown[], seen: object[]): boolean {
  if (Object.keys(items).length !== items.length) return false;
  return items.every((item) => isPlain(item, seen));
}
