import type { EventHub } from "../../events/event_hub.ts";
import { BrokerLink } from "./broker_link.ts";
import type { ResolvedSchedulerOptions } from "../scheduler_options.ts";
import type { StoreUnits } from "../store_units.ts";

/** The link to the event broker: what others tell goes to the listeners here, and to whoever waits for it. */
export function schedulerLink(
  { broker, name, clock, logger }: ResolvedSchedulerOptions,
  hub: EventHub,
  units: StoreUnits,
): BrokerLink | undefined {
  if (broker === undefined || broker === "store") return undefined;
  return new BrokerLink({
    broker,
    name,
    clock,
    logger,
    onEvent: (event) => {
      if ("store" in event) units.find(event.store)?.remoteChanges.received(event);
      hub.publish(event);
    },
    onGap: () => units.all().forEach((unit) => unit.remoteChanges.mayHaveChanged()),
  });
}
