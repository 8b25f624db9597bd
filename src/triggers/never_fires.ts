import { isCarillonError } from "../errors.ts";
import { EARLIEST_MS } from "../time/temporal.ts";
import { partsOf, traitsOf } from "./definition.ts";
import type { Trigger, TriggerJSON } from "./trigger.ts";
import { triggerFromJSON } from "./trigger_registry.ts";

/**
 * True if a trigger could never fire at any time, such as `cron("0 0 30 2 *")`. Calendars are not looked at:
 * they change. False for a trigger whose last fire has passed, and where the search takes too long.
 *
 * @example
 * ```ts
 * import { cron, neverFires } from "carillon";
 *
 * console.assert(neverFires(cron("0 0 30 2 *")));
 * console.assert(!neverFires(cron("0 0 29 2 *")));
 * ```
 */
export function neverFires(trigger: Trigger): boolean {
  const json = trigger.toJSON();
  const traits = traitsOf(json);
  if (traits?.usesCalendar) return neverFires(triggerFromJSON(json["trigger"]));
  if (traits?.parts !== undefined && partsOf(json).some(usesContext)) return false;
  try {
    return trigger.nextAfterMs(EARLIEST_MS) === undefined;
  } catch (error) {
    if (isCarillonError(error, "maxIterationsReached")) return false;
    throw error;
  }
}

/** True if the fires of a trigger depend on calendars or on when it was stored. */
function usesContext(json: TriggerJSON): boolean {
  const traits = traitsOf(json);
  return traits?.usesCalendar || (traits?.usesAnchor && json["start"] === undefined) ||
    partsOf(json).some(usesContext);
}
