import { isCarillonError } from "../errors.ts";
import { EARLIEST_MS } from "../time/temporal.ts";
import type { Trigger, TriggerJSON } from "./trigger.ts";
import { triggerFromJSON } from "./trigger_registry.ts";

/**
 * Whether a trigger could never fire at any time, such as `cron("0 0 30 2 *")`. Calendars are not looked at:
 * they change. A trigger whose last fire has passed is not such a one, nor is one that takes too long to tell.
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
  if (json.kind === "except" || json.kind === "only") return neverFires(triggerFromJSON(json["trigger"]));
  if (Array.isArray(json["triggers"]) && usesContext(json)) return false;
  try {
    return trigger.nextAfterMs(EARLIEST_MS) === undefined;
  } catch (error) {
    if (isCarillonError(error, "maxIterationsReached")) return false;
    throw error;
  }
}

/** Whether a combined trigger has a part that depends on calendars or on when it was stored. */
function usesContext(json: TriggerJSON): boolean {
  return (json["triggers"] as readonly TriggerJSON[]).some((part) => {
    if (Array.isArray(part["triggers"])) return usesContext(part);
    const counts = part.kind === "interval" || part.kind === "calendarInterval" || part.kind === "fixedDelay";
    return part.kind === "except" || part.kind === "only" || (counts && part["start"] === undefined);
  });
}
