import type { TriggerJSON } from "./trigger.ts";

/**
 * Whether two triggers have the same definition. Two that fire alike but are written differently (`mon` and `1`)
 * are not the same.
 *
 * @example
 * ```ts
 * import { interval, sameTrigger } from "carillon";
 *
 * console.assert(sameTrigger(interval({ hours: 1 }), interval({ minutes: 60 })));
 * ```
 */
export function sameTrigger(
  a: { toJSON(): TriggerJSON } | TriggerJSON,
  b: { toJSON(): TriggerJSON } | TriggerJSON,
): boolean {
  return sameJSON(definitionOf(a), definitionOf(b));
}

function definitionOf(trigger: { toJSON(): TriggerJSON } | TriggerJSON): TriggerJSON {
  return typeof trigger.toJSON === "function" ? trigger.toJSON() as TriggerJSON : trigger as TriggerJSON;
}

function sameJSON(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keysA = definedKeys(a);
  const keysB = definedKeys(b);
  if (keysA.length !== keysB.length) return false;
  return keysA.every((key) => keysB.includes(key) && sameJSON(valueAt(a, key), valueAt(b, key)));
}

function definedKeys(record: object): string[] {
  return Object.keys(record).filter((key) => valueAt(record, key) !== undefined);
}

function valueAt(record: object, key: string): unknown {
  return (record as Readonly<Record<string, unknown>>)[key];
}
