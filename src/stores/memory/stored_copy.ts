const emptyObject = Object.freeze({});
const emptyList = Object.freeze([]);

/** What was copied here already, which nobody can change any more. */
const copies = new WeakSet<object>();

/** A frozen copy of plain JSON, as a store on disk would give it back; nobody can change it afterwards. */
export function storedCopy<T extends object>(value: T): T {
  if (Object.keys(value).length === 0) return (Array.isArray(value) ? emptyList : emptyObject) as T;
  if (copies.has(value)) return value;
  const copy = frozen(JSON.parse(JSON.stringify(value)) as T);
  copies.add(copy);
  return copy;
}

/** The value itself, frozen as deep as it goes. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
