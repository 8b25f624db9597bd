import { type CronDefinition, isRecurring } from "./cron/cron_grammar.ts";
import { type CronFieldTexts, readCronFields } from "./cron/cron_named_fields.ts";
import { readCronText } from "./cron/cron_text.ts";
import type { Trigger, TriggerJSON } from "./trigger.ts";
import type { ClockGapPolicy, ClockOverlapPolicy } from "./zoned_search.ts";

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

/**
 * The names of the calendars that a trigger uses, each once and sorted: when one of them changes, its fires may.
 *
 * @example
 * ```ts
 * import { calendarsOf, cron } from "carillon";
 *
 * console.assert(calendarsOf(cron("0 9 * * *").except("holidays")).join() === "holidays");
 * ```
 */
export function calendarsOf(trigger: Trigger | TriggerJSON): readonly string[] {
  const json = typeof trigger.toJSON === "function"
    ? trigger.toJSON() as TriggerJSON
    : trigger as TriggerJSON;
  const names = new Set<string>();
  collect(json, names);
  return [...names].sort();
}

function collect(json: TriggerJSON, names: Set<string>): void {
  if (json.kind === "except" || json.kind === "only") {
    names.add(json["calendar"] as string);
    collect(json["trigger"] as TriggerJSON, names);
  } else if (json.kind === "and" || json.kind === "or") {
    for (const part of json["triggers"] as readonly TriggerJSON[]) collect(part, names);
  }
}

/** The triggers inside a trigger, itself included, that are cron expressions or calendar intervals. */
export function clockParts(trigger: Trigger | TriggerJSON): TriggerJSON[] {
  const json = (typeof trigger.toJSON === "function" ? trigger.toJSON() : trigger) as TriggerJSON;
  if (json.kind === "cron" || json.kind === "calendarInterval") return [json];
  if (json.kind === "except" || json.kind === "only") return clockParts(json["trigger"] as TriggerJSON);
  if (json.kind !== "and" && json.kind !== "or") return [];
  return (json["triggers"] as readonly TriggerJSON[]).flatMap(clockParts);
}

/** What a stored cron expression says. */
export function cronOf(json: TriggerJSON): CronDefinition {
  return json["expression"] === undefined
    ? readCronFields(json["fields"] as CronFieldTexts)
    : readCronText(json["expression"] as string);
}

/** The policies that a stored cron or calendar interval goes by. */
export function policiesOf(
  json: TriggerJSON,
): { readonly gap: ClockGapPolicy; readonly overlap: ClockOverlapPolicy } {
  const once = json.kind === "calendarInterval" || hasFixedTime(json);
  return {
    gap: (json["gap"] as ClockGapPolicy | undefined) ?? (once ? "after" : "skip"),
    overlap: (json["overlap"] as ClockOverlapPolicy | undefined) ?? (once ? "first" : "both"),
  };
}

function hasFixedTime(json: TriggerJSON): boolean {
  const { hour, minute, second } = cronOf(json).fields;
  return ![hour, minute, second].some(isRecurring);
}
