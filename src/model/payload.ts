import { CarillonError } from "../errors.ts";

/**
 * A stored value as a string that names its serializer: the name, a colon, the body
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

/** Returns JSON with sorted keys, so that equal content gives an equal string. */
export function canonicalJSON(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
  );
}

/**
 * True if a value is an object that only carries keys, of whatever realm: no Date, no Temporal value, no instance of
 * a class.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** An object whose keys that may be undefined are optional instead. */
export type WithoutUndefined<Values extends object> =
  & { readonly [Key in keyof Values as undefined extends Values[Key] ? never : Key]: Values[Key] }
  & {
    readonly [Key in keyof Values as undefined extends Values[Key] ? Key : never]?: Exclude<
      Values[Key],
      undefined
    >;
  };

/** Returns the same object without the keys whose value is undefined, as exact optional properties want it. */
export function withoutUndefined<Values extends object>(values: Values): WithoutUndefined<Values> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as WithoutUndefined<Values>;
}

/** Splits a list into parts that are together no larger than `max`, or of one item; all that fits is the list itself. */
export function inParts<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  max: number,
): readonly (readonly Item[])[] {
  const parts: Item[][] = [];
  let size = 0;
  let from = 0;
  for (let index = 0; index < items.length; index++) {
    const own = sizeOf(items[index]!);
    if (index > from && size + own > max) {
      parts.push(items.slice(from, index));
      from = index;
      size = 0;
    }
    size += own;
  }
  return from === 0 ? [items] : [...parts, items.slice(from)];
}

const utf8 = new TextEncoder();

/** Returns the number of bytes of a stored value. */
export function byteLength(payload: Payload | null): number {
  return payload === null ? 0 : utf8.encode(payload).length;
}

/** Throws `payloadTooLarge` for a stored value of more than `max` bytes. */
export function refuseTooLarge(
  payload: Payload | null,
  { max, option, what }: { readonly max: number; readonly option: string; readonly what: string },
): void {
  // A character is at most three bytes.
  if (payload === null || payload.length * 3 <= max) return;
  const bytes = byteLength(payload);
  if (bytes <= max) return;
  const message =
    `The ${what} has ${bytes} bytes as it is stored, but '${option}' allows ${max}; pass on where the ` +
    "data is, such as a file or a key, instead of the data";
  throw new CarillonError("payloadTooLarge", message, { details: { option, max, bytes } });
}
