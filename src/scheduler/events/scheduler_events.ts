import type { EventBroker } from "../../brokers/event_broker.ts";
import { messageOf } from "../../errors.ts";
import type { CarillonEvent, SchedulerEvent } from "../../events/event.ts";
import { EventHub } from "../../events/event_hub.ts";
import type { Logger } from "../../model/logger.ts";
import type { Clock } from "../../time/clock.ts";
import { BrokerLink } from "./broker_link.ts";

/** The stores of a scheduler, which act on events of other schedulers before listeners here hear them. */
export interface RemoteEventListener {
  /** Another scheduler published this. */
  onRemoteEvent(event: CarillonEvent): void;
  /** Others may have published events that did not arrive. */
  onMissedEvents(): void;
}

/** Options of the scheduler that its events depend on. */
interface SchedulerEventsOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly broker: EventBroker | "store" | undefined;
}

/** The events of one scheduler: to its own listeners, and through the broker to and from other schedulers. */
export class SchedulerEvents {
  /** The listeners here. */
  readonly hub: EventHub;
  /** True if listeners here also get what the stores note of other schedulers. */
  readonly storesTell: boolean;
  readonly #options: SchedulerEventsOptions;
  readonly #broker: BrokerLink | undefined;

  constructor(options: SchedulerEventsOptions, remote: RemoteEventListener) {
    const { broker, name, clock, logger } = options;
    this.#options = options;
    this.hub = new EventHub((error, event) =>
      logger.error("a listener failed", { event: event.type, error: messageOf(error) })
    );
    this.storesTell = broker === "store";
    if (broker === undefined || broker === "store") return;
    const onEvent = (event: CarillonEvent) => {
      remote.onRemoteEvent(event);
      this.hub.publish(event);
    };
    this.#broker = new BrokerLink({
      broker,
      name,
      clock,
      logger,
      onEvent,
      onGap: () => remote.onMissedEvents(),
    });
  }

  /** True if there are listeners here. */
  get hasListeners(): boolean {
    return this.hub.hasListeners;
  }

  /** True if published events reach anything. */
  get hasSubscribers(): boolean {
    // An event that has no listener now may be read in the store by a later one, and must count as published by then.
    return this.#broker !== undefined || this.storesTell || this.hub.hasListeners;
  }

  /** Publishes an event to the listeners here and to the broker. */
  publish(event: CarillonEvent): void {
    this.hub.publish(event);
    this.#broker?.publish(event);
  }

  /** Publishes an event to the listeners here only: another scheduler caused it. */
  publishHere(event: CarillonEvent): void {
    this.hub.publish(event);
  }

  /** Publishes an event about the scheduler itself. */
  publishOwn(
    type: SchedulerEvent["type"],
    more: Pick<SchedulerEvent, "subject" | "error"> = {},
  ): void {
    const { clock, name } = this.#options;
    this.publish({ type, atMs: clock.nowMs(), scheduler: name, ...more });
  }

  /** Connects to the event broker, if there is one. Never rejects. */
  async openBroker(): Promise<void> {
    await this.#broker?.open();
  }

  /** Disconnects from the event broker. */
  async closeBroker(): Promise<void> {
    await this.#broker?.close();
  }
}
