/** Values that user code made, read without ever throwing: behind each field may be a getter, a proxy or a wrong type. */

/** The copy of a value: plain JSON. */
export type PlainValue = null | boolean | number | string | readonly PlainValue[] | {
  readonly [key: string]: PlainValue;
};

/** The longest string that is made of a value, where no other bound is given. */
const TEXT_MAX = 10_000;
/** The bounds of a copy. */
const NODES_MAX = 2000;
const DEPTH_MAX = 32;

/** Returns a string of at most `max` characters; a longer one is cut and ends with an ellipsis. */
export function clip(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}

/** True if a value is an error; false also for a revoked proxy, which `instanceof` cannot look at. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/** Returns a field of a value; undefined where there is none or it cannot be read. */
export function fieldOf(value: unknown, name: PropertyKey): unknown {
  try {
    return (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** Returns the names of the own enumerable fields of a value; none where they cannot be read. */
export function keysOf(value: unknown): readonly string[] {
  try {
    return typeof value === "object" && value !== null ? Object.keys(value) : [];
  } catch {
    return [];
  }
}

/** Returns a string for any value, which every store can hold: well formed, and without the character NUL. */
export function textOf(value: unknown, max: number = TEXT_MAX): string {
  if (typeof value === "string") return clip(value, max).toWellFormed().replaceAll("\0", "\uFFFD");
  if (typeof value === "function") return "a function";
  return textOf(typeof value === "object" && value !== null ? plainJson(value) : String(value), max);
}

/** Returns a plain copy of a value within bounds; undefined for functions and `undefined`. */
export function plainCopy(value: unknown): PlainValue | undefined {
  return new PlainCopy().of(value, []);
}

/** Returns the fields of a log line as JSON of about `max` characters at most: those that are too long leave a note. */
export function fieldsJson(fields: unknown, max: number): string {
  if (typeof fields !== "object" || fields === null) return "{}";
  const json = plainJson(fields);
  return json.length <= max ? json : JSON.stringify({ clipped: clip(json, max) });
}

function plainJson(value: object): string {
  return JSON.stringify(plainCopy(value) ?? null);
}

class PlainCopy {
  #left = NODES_MAX;

  of(value: unknown, inside: readonly object[]): PlainValue | undefined {
    this.#left--;
    switch (typeof value) {
      case "string":
      case "bigint":
      case "symbol":
        return textOf(value);
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "boolean":
        return value;
      case "object":
        return value === null ? null : this.#ofObject(value, inside);
      default:
        return undefined;
    }
  }

  #ofObject(value: object, inside: readonly object[]): PlainValue | undefined {
    if (inside.includes(value)) return "[circular]";
    if (inside.length === DEPTH_MAX) return "…";
    try {
      const here = [...inside, value];
      if (value instanceof Error) return errorLine(value);
      const toJSON = fieldOf(value, "toJSON");
      if (typeof toJSON === "function") return this.of(toJSON.call(value), here);
      return Array.isArray(value) ? this.#items(value, here) : this.#fields(value, here);
    } catch {
      return "[unreadable]";
    }
  }

  #items(items: readonly unknown[], inside: readonly object[]): readonly PlainValue[] {
    const copied: PlainValue[] = [];
    for (let i = 0; i < items.length && this.#left > 0; i++) {
      copied.push(this.of(fieldOf(items, i), inside) ?? null);
    }
    return copied;
  }

  #fields(value: object, inside: readonly object[]): PlainValue {
    const copied: [string, PlainValue][] = [];
    for (const key of Object.keys(value)) {
      if (this.#left <= 0) break;
      const field = this.of(fieldOf(value, key), inside);
      if (field !== undefined) copied.push([textOf(key), field]);
    }
    return Object.fromEntries(copied);
  }
}

function errorLine(error: Error): string {
  const [name, message] = ["name", "message"].map((field) => fieldOf(error, field));
  return textOf(
    `${typeof name === "string" ? name : "Error"}: ${typeof message === "string" ? message : "…"}`,
  );
}
