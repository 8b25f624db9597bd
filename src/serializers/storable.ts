import { CarillonError, messageOf } from "../errors.ts";

/** The largest depth of nesting, so that every runtime can walk, write and read values. */
const DEPTH_MAX = 1000;
/** The largest number of values in one: what is shared counts wherever it stands, as that is how it would be written. */
const NODES_MAX = 1_000_000;

/** The values that a format can hold. */
export interface StorableRules {
  /** Its name for people: `JSON`. */
  readonly format: string;
  /** Returns true if it gives this back as it was; not called for booleans, null, arrays and plain objects. */
  readonly holds: (value: unknown) => boolean;
}

/**
 * Walks through a value and refuses whatever the format would leave out or change: holes in arrays, keys that
 * are symbols, circles, instances of classes.
 */
export function requireStorable(value: unknown, rules: StorableRules): void {
  requireAt(value, "$", { ...rules, left: NODES_MAX }, new Set());
}

interface Walk extends StorableRules {
  left: number;
}

function requireAt(value: unknown, path: string, rules: Walk, outer: Set<object>): void {
  if (--rules.left < 0) throw tooLarge(rules.format, `it consists of more than ${NODES_MAX} values`);
  if (value === null || typeof value === "boolean") return;
  if (typeof value !== "object" || !(Array.isArray(value) || isPlainRecord(value))) {
    if (rules.holds(value)) return;
    throw unstorable(rules.format, path, kindOf(value));
  }
  if (outer.has(value)) throw unstorable(rules.format, path, "part of itself");
  if (outer.size >= DEPTH_MAX) {
    throw unstorable(rules.format, "$", `nested deeper than ${DEPTH_MAX} levels`);
  }
  outer.add(value);
  if (Array.isArray(value)) requireItems(value, path, rules, outer);
  else requireFields(value, path, rules, outer);
  outer.delete(value);
}

function requireItems(
  items: readonly unknown[],
  path: string,
  rules: Walk,
  outer: Set<object>,
): void {
  if (Object.getPrototypeOf(items) !== Array.prototype) throw unstorable(rules.format, path, kindOf(items));
  const keys = Object.keys(items).length;
  if (keys < items.length) throw unstorable(rules.format, path, "an array with holes");
  if (keys > items.length) throw unstorable(rules.format, path, "an array with names as keys");
  for (const [index, item] of items.entries()) requireAt(item, `${path}[${index}]`, rules, outer);
}

function requireFields(value: object, path: string, rules: Walk, outer: Set<object>): void {
  for (const [key, field] of Object.entries(value)) {
    const fieldPath = pathTo(path, key);
    if (key === "__proto__") throw unstorable(rules.format, fieldPath, "named __proto__");
    if (!rules.holds(key)) throw unstorable(rules.format, fieldPath, "named by a broken string");
    requireAt(field, fieldPath, rules, outer);
  }
}

function isPlainRecord(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype &&
    Object.getOwnPropertySymbols(value).length === 0;
}

function pathTo(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/**
 * The error of a value that a format cannot hold. `path` leads to it from the outermost value, which is `$`;
 * `what` completes "it is", as in "it is a function".
 */
export function unstorable(format: string, path: string, what: string, cause?: unknown): CarillonError {
  const message =
    `The value at ${path} cannot be stored as ${format}: it is ${what}. Store plain data instead`;
  return new CarillonError("serializationFailed", message, { details: { path, format }, cause });
}

/** The error of a value that is too large to be written at all; `why` is for people. */
export function tooLarge(format: string, why: string): CarillonError {
  const message = `The value cannot be stored as ${format}: ${why}. Store a reference to it instead`;
  return new CarillonError("serializationFailed", message, { details: { format, tooLarge: true } });
}

/** Describes a value for such an error. */
export function kindOf(value: unknown): string {
  if (typeof value === "object" && value !== null) return kindOfObject(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return "a broken string (half of a surrogate pair)";
  return typeof value === "bigint" ? "a bigint" : String(value);
}

function kindOfObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return "an object without a prototype";
  if (prototype === Array.prototype) return "an array with names as keys";
  const name = (prototype as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
  if (typeof name !== "string" || name === "") return "an instance of a class without a name";
  if (name === "Object" && Object.hasOwn(value, "__proto__")) return "an object with a key named __proto__";
  return name === "Object" ? "an object with symbols as keys" : `an instance of ${name}`;
}

/** The error for a stored string that the format did not write. */
export function unreadable(format: string, cause: unknown): CarillonError {
  return new CarillonError(
    "deserializationFailed",
    `The stored value is not ${format}: ${messageOf(cause)}`,
    {
      details: { format },
      cause,
    },
  );
}
