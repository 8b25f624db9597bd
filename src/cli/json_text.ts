/** A value as indented JSON; what JSON has no form for is written as the nearest thing that it has. */
export function toJson(value: unknown): string {
  return JSON.stringify(value === undefined ? null : value, plain, 2);
}

/** The same in one line. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value === undefined ? null : value, plain);
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  if (value instanceof Uint8Array) return [...value];
  return value;
}
