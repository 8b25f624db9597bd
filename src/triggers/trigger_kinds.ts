import { andFromJSON } from "./and.ts";
import { calendarIntervalFromJSON } from "./calendar_interval.ts";
import { fixedDelayFromJSON } from "./fixed_delay.ts";
import { orFromJSON } from "./or.ts";
import { cronFromJSON } from "./cron/cron.ts";
import { dateFromJSON } from "./date.ts";
import { intervalFromJSON } from "./interval.ts";
import { calendarFilterFromJSON } from "./calendar/calendar_filter_json.ts";
import type { Trigger, TriggerJSON } from "./trigger.ts";

/** Makes a trigger of the JSON of its kind; `read` makes the triggers inside it. */
export type TriggerReader = (json: TriggerJSON, read: (json: unknown) => Trigger) => Trigger;

/** The kinds that Carillon brings along. */
export const BUILT_IN_KINDS: ReadonlyMap<string, TriggerReader> = new Map<string, TriggerReader>([
  ["and", andFromJSON],
  ["calendarInterval", calendarIntervalFromJSON],
  ["cron", cronFromJSON],
  ["date", dateFromJSON],
  ["except", calendarFilterFromJSON],
  ["fixedDelay", fixedDelayFromJSON],
  ["interval", intervalFromJSON],
  ["only", calendarFilterFromJSON],
  ["or", orFromJSON],
]);

/** The kinds that users registered. */
export const registeredKinds: Map<string, TriggerReader> = new Map();
