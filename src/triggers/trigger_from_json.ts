import { CarillonError } from "../errors.ts";
import { didYouMean } from "../model/suggest.ts";
import { invalidTrigger, shown } from "./invalid_trigger.ts";
import type { Trigger, TriggerJSON } from "./trigger.ts";
import { BUILT_IN_KINDS, registeredKinds } from "./trigger_kinds.ts";

/** How deep triggers may be nested in one another. */
const DEPTH_MAX = 32;

/**
 * Makes the trigger that `toJSON()` described. What was stored is checked like what is typed.
 *
 * Throws `invalidTrigger` for JSON that its kind does not understand, `unknownTriggerKind` for a kind that is
 * neither built in nor registered.
 *
 * @example
 * ```ts
 * import { cron, triggerFromJSON } from "carillon";
 *
 * const stored = JSON.stringify(cron("0 9 * * *", { timeZone: "Europe/Berlin" }));
 * console.assert(triggerFromJSON(JSON.parse(stored)).timeZone === "Europe/Berlin");
 * ```
 */
export function triggerFromJSON(json: unknown): Trigger {
  return read(json, 0);
}

function read(json: unknown, depth: number): Trigger {
  if (depth > DEPTH_MAX) throw invalidTrigger(`Triggers are nested more than ${DEPTH_MAX} deep`);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalidTrigger(`A stored trigger must be an object, but got ${shown(json)}`);
  }
  const { kind } = json as Partial<TriggerJSON>;
  if (typeof kind !== "string") {
    throw invalidTrigger(`A stored trigger must name its kind, but got ${shown(kind)}`, { field: "kind" });
  }
  const reader = BUILT_IN_KINDS.get(kind) ?? registeredKinds.get(kind);
  if (!reader) throw unknownKind(kind);
  return reader(json as TriggerJSON, (inner) => read(inner, depth + 1));
}

function unknownKind(kind: string): CarillonError {
  const kinds = [...BUILT_IN_KINDS.keys(), ...registeredKinds.keys()];
  return new CarillonError(
    "unknownTriggerKind",
    `There is no kind of trigger '${kind}'${
      didYouMean(kind, kinds)
    }; register it with registerTrigger() first`,
    { details: { kind, kinds } },
  );
}
