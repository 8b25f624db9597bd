const emptyObject = Object.freeze({});
const emptyList = Object.freeze([]);

/** Copies that are known to be such, with all that is in them. */
const known = new WeakSet<object>([emptyObject, emptyList]);

/** A frozen copy of plain JSON, as a store on disk would give it back; it cannot be changed afterwards. */
export function storedCopy<T extends object>(value: T): T {
  if (known.has(value)) return value;
  if (isEmpty(value)) return (Array.isArray(value) ? emptyList : emptyObject) as T;
  return frozen(JSON.parse(JSON.stringify(value)) as T, doNothing);
}

/**
 * The same for what comes back again and again, such as the settings of a task: it is copied once, and neither is what
 * is in it copied again. Not for what each job brings: to know very many costs more than to copy them.
 */
export function knownCopy<T extends object>(value: T): T {
  if (known.has(value) || isEmpty(value)) return storedCopy(value);
  return frozen(JSON.parse(JSON.stringify(value)) as T, (copy) => known.add(copy));
}

/** Freezes what the store itself has made, as deep as it goes. */
export function deepFreeze(value: object): void {
  if (!Object.isFrozen(value)) frozen(value, doNothing);
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

function doNothing(): void {}

/** The value itself, frozen as deep as it goes. */
function frozen<T>(value: T, note: (frozen: object) => void): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner, note);
  note(value);
  return Object.freeze(value);
}
