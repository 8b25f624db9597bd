import { CarillonError } from "../errors.ts";
import { optionError } from "../model/option_checks.ts";
import { didYouMean } from "../model/text.ts";
import {
  type CarillonEvent,
  type EventGroup,
  eventGroups,
  type EventOf,
  type EventSelector,
  type EventType,
} from "./event.ts";

/** The group of every event. */
export const groupOfEvent = {
  taskAdded: "task",
  taskUpdated: "task",
  taskRemoved: "task",
  taskPaused: "task",
  taskResumed: "task",
  scheduleAdded: "schedule",
  scheduleUpdated: "schedule",
  schedulePaused: "schedule",
  scheduleResumed: "schedule",
  scheduleRemoved: "schedule",
  scheduleFinished: "schedule",
  scheduleFailed: "schedule",
  scheduleFired: "schedule",
  firesMissed: "schedule",
  firesCoalesced: "schedule",
  firesSkipped: "schedule",
  firesLate: "schedule",
  jobAdded: "job",
  jobUpdated: "job",
  jobRemoved: "job",
  jobClaimed: "job",
  jobStarted: "job",
  jobRetrying: "job",
  jobSnoozed: "job",
  jobHandedBack: "job",
  jobParked: "job",
  jobCancelRequested: "job",
  jobStuck: "job",
  jobFinished: "job",
  jobProgress: "job",
  jobLog: "job",
  schedulerStarting: "scheduler",
  schedulerStarted: "scheduler",
  schedulerPaused: "scheduler",
  schedulerResumed: "scheduler",
  schedulerStopping: "scheduler",
  schedulerStopped: "scheduler",
  leaseLost: "scheduler",
  schedulerTakenOver: "scheduler",
  executorAdded: "scheduler",
  executorRemoved: "scheduler",
  storeAdded: "store",
  storeRemoved: "store",
  storeFailed: "store",
  storeRecovered: "store",
} as const satisfies Readonly<Record<EventType, EventGroup>>;

/** The names of all events. */
export const eventTypes: readonly EventType[] = Object.keys(groupOfEvent) as EventType[];

/** The names of the events of a group. */
export type TypesOfGroup<Group extends EventGroup> = {
  [Type in EventType]: (typeof groupOfEvent)[Type] extends Group ? Type : never;
}[EventType];

/** The events that a selector stands for: those of a name, or of a whole group. */
export type SelectedEvent<Selector extends EventSelector> = EventOf<
  Selector extends EventGroup ? TypesOfGroup<Selector> : Selector extends EventType ? Selector : never
>;

/** True if an event is one of those selected. */
export function isSelected(event: CarillonEvent, selectors: ReadonlySet<string>): boolean {
  return selectors.has(event.type) || selectors.has(groupOfEvent[event.type]);
}

/**
 * Returns a test for the events that a listener selects: names and groups, undefined for everything.
 *
 * Throws `invalidOption` for a name that no event and no group has.
 */
export function eventSelection(
  selectors: EventSelector | readonly EventSelector[] | undefined,
): (event: CarillonEvent) => boolean {
  if (selectors === undefined) return () => true;
  if (typeof selectors !== "string" && !Array.isArray(selectors)) {
    throw optionError("types", "events", "must be a name or a list of names", selectors);
  }
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
