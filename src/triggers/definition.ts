import { type CronDefinition, isRecurring } from "./cron/cron_grammar.ts";
import { type CronFieldTexts, readCronFields } from "./cron/cron_named_fields.ts";
import { readCronText } from "./cron/cron_text.ts";
import type { Trigger, TriggerJSON, TriggerKind } from "./trigger.ts";
import type { ClockGapPolicy, ClockOverlapPolicy } from "./zoned_search.ts";

/**
 * True if two triggers have the same definition. Two that fire alike but are written differently (`mon` and `1`)
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
  const names = new Set<string>();
  collect(definitionOf(trigger), names);
  return [...names].sort();
}

function collect(json: TriggerJSON, names: Set<string>): void {
  if (traitsOf(json)?.usesCalendar) names.add(json["calendar"] as string);
  for (const part of partsOf(json)) collect(part, names);
}

/** Facts about a kind of trigger that its stored form alone does not show. */
interface KindTraits {
  /** The field that holds the triggers inside it, one or a list. */
  readonly parts?: "trigger" | "triggers";
  /** Leaves out the days of a named calendar, or all others. */
  readonly usesCalendar?: true;
  /** Counts from when its schedule was stored, unless it has a `start`. */
  readonly usesAnchor?: true;
  /** Fires by the wall clock of a zone, with a policy for gaps and overlaps. */
  readonly byClock?: true;
}

const traits: Readonly<Record<TriggerKind, KindTraits>> = {
  and: { parts: "triggers" },
  calendarInterval: { usesAnchor: true, byClock: true },
  cron: { byClock: true },
  date: {},
  except: { parts: "trigger", usesCalendar: true },
  fixedDelay: { usesAnchor: true },
  interval: { usesAnchor: true },
  only: { parts: "trigger", usesCalendar: true },
  or: { parts: "triggers" },
};

/** Returns the facts about the kind of a trigger; undefined for kinds that users registered. */
export function traitsOf({ kind }: TriggerJSON): KindTraits | undefined {
  return Object.hasOwn(traits, kind) ? traits[kind as TriggerKind] : undefined;
}

/** Returns the triggers directly inside a trigger. */
export function partsOf(json: TriggerJSON): readonly TriggerJSON[] {
  const field = traitsOf(json)?.parts;
  if (field === undefined) return [];
  return field === "triggers" ? json[field] as readonly TriggerJSON[] : [json[field] as TriggerJSON];
}

/** Returns the triggers inside a trigger, itself included, that fire by the clock of a zone. */
export function clockParts(trigger: Trigger | TriggerJSON): TriggerJSON[] {
  const json = definitionOf(trigger);
  return traitsOf(json)?.byClock ? [json] : partsOf(json).flatMap(clockParts);
}

/** Reads a stored cron expression. */
export function cronOf(json: TriggerJSON): CronDefinition {
  return json["expression"] === undefined
    ? readCronFields(json["fields"] as CronFieldTexts)
    : readCronText(json["expression"] as string);
}

/** Returns the policies of a stored cron or calendar interval. */
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
