import { checkKeys } from "../options.ts";
import type { CalendarOptions, Trigger, TriggerJSON } from "../trigger.ts";

/** Reads the JSON of what `.except()` and `.only()` made. */
export function calendarFilterFromJSON(json: TriggerJSON, read: (json: unknown) => Trigger): Trigger {
  const fields = checkKeys(
    json,
    ["kind", "calendar", "onHoliday", "trigger"],
    `A trigger of kind '${json.kind}'`,
  );
  const trigger = read(fields["trigger"]);
  const calendar = fields["calendar"] as string;
  const options: CalendarOptions = { onHoliday: fields["onHoliday"] as CalendarOptions["onHoliday"] };
  return json.kind === "except" ? trigger.except(calendar, options) : trigger.only(calendar, options);
}
