/** Values with more arrays and objects in them are left to the general way. */
const CONTAINERS_MAX = 32;

/**
 * Whether JSON gives a value back just as it was: text, numbers, booleans, null, and arrays and plain objects of them,
 * each in one place only. A false answer means no more than that looking closer is worth it.
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
  if (prototype === Object.prototype) return isPlainObject(value, seen);
  return prototype === Array.prototype && Array.isArray(value) && isPlainArray(value, seen);
}

function isPlainObject(value: object, seen: object[]): boolean {
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || key === "toJSON" || !isPlain(fields[key], seen)) return false;
  }
  return true;
}

function isPlainArray(items: readonly unknown[], seen: object[]): boolean {
  if (Object.keys(items).length !== items.length) return false;
  return items.every((item) => isPlain(item, seen));
}
