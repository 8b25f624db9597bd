import { CarillonError } from "../errors.ts";
import { didYouMean } from "../model/suggest.ts";
import type { CarillonEvent, EventSelector } from "./event.ts";
import { eventGroups, eventTypes, isSelected } from "./event_groups.ts";

/**
 * Whether an event is wanted, from what a listener asked for: names and groups, undefined for everything.
 *
 * Throws `invalidOption` for a name that no event and no group has.
 */
export function eventSelection(
  selectors: EventSelector | readonly EventSelector[] | undefined,
): (event: CarillonEvent) => boolean {
  if (selectors === undefined) return () => true;
  const wanted = new Set<string>(typeof selectors === "string" ? [selectors] : selectors);
  const known: readonly string[] = [...eventGroups, ...eventTypes];
  for (const selector of wanted) {
    if (known.includes(selector)) continue;
    const hint = didYouMean(selector, known) || `; the groups are ${eventGroups.join(", ")}`;
    throw new CarillonError(
      "invalidOption",
      `There is no event and no group of events '${selector}'${hint}`,
      {
        details: { option: "types", value: selector },
      },
    );
  }
  return (event) => isSelected(event, wanted);
}
