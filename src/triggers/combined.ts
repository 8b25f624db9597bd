import { invalidTrigger, shown } from "./invalid_trigger.ts";
import type { Trigger } from "./trigger.ts";
import type { TriggerCore } from "./trigger_core.ts";

/** How many triggers one can be combined of. */
const PARTS_MAX = 100;

/** Checks a list of triggers to combine, and gives a copy. Throws `invalidTrigger`. */
export function checkParts(triggers: unknown, name: string): readonly Trigger[] {
  if (!Array.isArray(triggers)) {
    throw invalidTrigger(`${name}() takes a list of triggers, but got ${shown(triggers)}`, {
      hint: `write ${name}([a, b])`,
    });
  }
  if (triggers.length === 0 || triggers.length > PARTS_MAX) {
    throw invalidTrigger(`${name}() takes 1 to ${PARTS_MAX} triggers, but got ${triggers.length}`);
  }
  for (const [index, trigger] of triggers.entries()) {
    const { nextAfterMs, toJSON, withTimeZone } = (trigger ?? {}) as Partial<Trigger>;
    if ([nextAfterMs, toJSON, withTimeZone].every((method) => typeof method === "function")) continue;
    throw invalidTrigger(`Element ${index} of ${name}() must be a trigger, but got ${shown(trigger)}`);
  }
  return [...triggers] as Trigger[];
}

/** The zone that all parts with a zone share; undefined when they differ. */
export function sharedTimeZone(parts: readonly TriggerCore[]): string | undefined {
  const zones = new Set(parts.map((part) => part.timeZone).filter((zone) => zone !== undefined));
  return zones.size === 1 ? [...zones][0] : undefined;
}

/** The parts in a zone; the same list when none of them changes. */
export function partsInZone(parts: readonly Trigger[], timeZone: string): readonly Trigger[] {
  const changed = parts.map((part) => part.withTimeZone(timeZone));
  return changed.every((part, index) => part === parts[index]) ? parts : changed;
}
