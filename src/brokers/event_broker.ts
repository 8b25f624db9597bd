import type { CarillonEvent } from "../events/event.ts";

/**
 * The port of event brokers: carries events between schedulers.
 *
 * Delivery is best effort and at most once. Nothing depends on it for being right, only for being quick: the
 * loops also look at the store when their time comes.
 */
export interface EventBroker {
  /** What it is, for people. */
  readonly kind: string;
  /** Starts to deliver what other schedulers publish. */
  open(deliver: (event: CarillonEvent) => void): Promise<void>;
  /** Tells the other schedulers. Never throws for being unable to. */
  publish(event: CarillonEvent): void;
  /** Ends delivery. */
  close(): Promise<void>;
}
