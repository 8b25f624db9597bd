const empty = Object.freeze({});

/** A frozen copy of plain JSON, as a store on disk would give it back; nobody can change it afterwards. */
export function storedCopy<T extends object>(value: T): T {
  if (Object.keys(value).length === 0 && !Array.isArray(value)) return empty as T;
  return frozen(JSON.parse(JSON.stringify(value)) as T);
}

/** The value itself, frozen as deep as it goes. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
