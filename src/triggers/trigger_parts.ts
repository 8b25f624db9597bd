import { type CronFieldTexts, readCronFields } from "./cron/cron_named_fields.ts";
import { readCronText } from "./cron/cron_text.ts";
import type { CronDefinition } from "./cron/cron_grammar.ts";
import { isRecurring } from "./cron/cron_values.ts";
import type { Trigger, TriggerJSON } from "./trigger.ts";
import type { ClockGapPolicy, ClockOverlapPolicy } from "./zoned_search.ts";

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
