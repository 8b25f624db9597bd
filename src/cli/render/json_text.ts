import { printableJson } from "../../model/printable.ts";

/** Returns a value as indented JSON; values without a form in JSON take the nearest one. */
export function toJson(value: unknown): string {
  return printableJson(JSON.stringify(value === undefined ? null : value, plain, 2));
}

/** Returns a value as JSON in one line. */
export function toJsonLine(value: unknown): string {
  return printableJson(JSON.stringify(value === undefined ? null : value, plain));
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map || value instanceof Set || value instanceof Uint8Array) return [...value];
  return value;
}
