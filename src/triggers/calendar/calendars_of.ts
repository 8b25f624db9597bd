import type { Trigger, TriggerJSON } from "../trigger.ts";

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
