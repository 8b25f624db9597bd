import type { EventBroker } from "../../brokers/event_broker.ts";
import { type Frame, runInFrame } from "../../context/current_frame.ts";
import { messageOf } from "../../errors.ts";
import type { CarillonEvent, SchedulerEvent } from "../../events/event.ts";
import { EventHub } from "../../events/event_hub.ts";
import type { Logger } from "../../model/logger.ts";
import type { Clock } from "../../time/clock.ts";
import { BrokerLink, type RemoteEventListener } from "./broker_link.ts";

/** Options of the scheduler that its events depend on. */
interface SchedulerEventsOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly broker: EventBroker | "store" | undefined;
}

/** The events of one scheduler: to its own listeners, and through the broker to and from other schedulers. */
export class SchedulerEvents implements RemoteEventListener {
  /** The listeners here. */
  readonly hub: EventHub;
  /** True if listeners here also get what the stores note of other schedulers. */
  readonly storesTell: boolean;
  readonly #options: SchedulerEventsOptions;
  readonly #stores: RemoteEventListener;
  readonly #broker: BrokerLink | undefined;
  /** Listeners are no part of the job whose run publishes an event. */
  readonly #frame: Frame;

  /** The stores act on events of other schedulers before listeners here get them. */
  constructor(options: SchedulerEventsOptions, stores: RemoteEventListener, self: object) {
    const { broker, logger } = options;
    this.#options = options;
    this.#frame = { scheduler: self, job: undefined };
    this.hub = new EventHub((error, event) =>
      logger.error("a listener failed", { event: event.type, error: messageOf(error) })
    );
    this.#stores = stores;
    this.storesTell = broker === "store";
    if (broker !== undefined && broker !== "store") this.#broker = new BrokerLink(broker, options, this);
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
    this.publishHere(event);
    this.#broker?.publish(event);
  }

  /** Publishes an event to the listeners here only: another scheduler caused it. */
  publishHere(event: CarillonEvent): void {
    if (this.hub.hasListeners) runInFrame(this.#frame, () => this.hub.publish(event));
  }

  onRemoteEvent(event: CarillonEvent): void {
    this.#stores.onRemoteEvent(event);
    this.publishHere(event);
  }

  onMissedEvents(): void {
    this.#stores.onMissedEvents();
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
