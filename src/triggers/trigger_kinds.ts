import { cronFromJSON } from "./cron.ts";
import { dateFromJSON } from "./date.ts";
import { intervalFromJSON } from "./interval.ts";
import { calendarFilterFromJSON } from "./calendar_filter_json.ts";
import type { Trigger, TriggerJSON } from "./trigger.ts";

/** Makes a trigger of the JSON of its kind; `read` makes the triggers inside it. */
export type TriggerReader = (json: TriggerJSON, read: (json: unknown) => Trigger) => Trigger;

/** The kinds that Carillon brings along. */
export const BUILT_IN_KINDS: ReadonlyMap<string, TriggerReader> = new Map<string, TriggerReader>([
  ["cron", cronFromJSON],
  ["date", dateFromJSON],
  ["except", calendarFilterFromJSON],
  ["interval", intervalFromJSON],
  ["only", calendarFilterFromJSON],
]);

/** The kinds that users registered. */
export const registeredKinds: Map<string, TriggerReader> = new Map();
