/**
 * A stored value as text that says itself how to read it: the name of its serializer, a colon, the body
 * (`rich:[1,2]`). Rows written with one serializer stay readable after another was chosen.
 */
export type Payload = string;

/** JSON values that users attach to tasks, schedules and jobs for their own purposes. */
export type Metadata = Readonly<Record<string, JsonValue>>;

/** A value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** JSON with sorted keys, so that equal content is equal text. */
export function canonicalJSON(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
  );
}

/** True if a value is an object that only carries keys, of whatever realm: no Date, no Temporal value, no instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
