import type { CarillonEvent } from "../../events/event.ts";
import type { NewChange } from "../../model/change_record.ts";

/** What the feed of a store has, as the event that tells of it, with what the feed does not know. */
export function changeEvent<More extends { readonly store: string }>(
  change: NewChange & { readonly seq?: number },
  more: More,
): CarillonEvent & More {
  const { seq: _, error, ...facts } = { error: undefined, ...change };
  const told = change.type === "jobFinished" || (error !== undefined && error !== null) ? { error } : {};
  return { ...facts, ...told, ...more } as unknown as CarillonEvent & More;
}
