/**
 * The port of event brokers: carries events between schedulers, as strings that it need not understand.
 *
 * Delivery is best effort and at most once. Nothing depends on it for correctness, only for latency: the
 * loops also look at the store when their time comes. What every broker has to keep (the exported conformance suite
 * holds it to that):
 * - **In order, whole and once.** The messages of one connection reach every other one in the order in which they were
 *   published; one that cannot be carried whole is not carried at all.
 * - **From `connect` on, until `close`.** What others publish after `connect` has resolved arrives; after `close` was
 *   called nothing does.
 * - **A lost connection is restored** by the broker itself, and reported: at once when it is lost, and when it is back. What is
 *   published meanwhile may be dropped; it must not pile up without a bound.
 *
 * The scheduler does the rest for all brokers: it makes strings of events and events of strings, ignores what it
 * cannot read and what it published itself, and tries again when `connect` rejects.
 */

/** Carries events between schedulers. Several schedulers may connect by one object. */
export interface EventBroker {
  /** Its kind, for people: `local`, `redis`. */
  readonly kind: string;
  /** The longest message it carries, in bytes of UTF-8; at least 7,999. @default any length */
  readonly messageBytesMax?: number;
  /**
   * Begins to deliver to a listener what is published on its channel. Rejects when it cannot be reached; then it is
   * called again later.
   */
  connect(listener: BrokerListener): Promise<BrokerConnection>;
}

/** Every broker carries messages of this length: the most that PostgreSQL's NOTIFY takes. */
export const MESSAGE_BYTES_MIN = 7999;

/** Receives what a broker delivers. None of these ever throws. */
export interface BrokerListener {
  /** A message has come. That of a listener's own connection may come too, and is ignored. */
  onMessage(message: string): void;
  /** The connection is lost; the broker restores it. */
  onLost(error: unknown): void;
  /** The connection is there again; what was published meanwhile is gone. */
  onReconnected(): void;
}

/** One scheduler's connection to a broker. */
export interface BrokerConnection {
  /**
   * Sends a message (a string without NUL) to all connections. Returns at once, before anything is delivered, and
   * never throws: what cannot be sent is dropped.
   */
  publish(message: string): void;
  /**
   * Ends delivery, once what was published is on its way. What the caller made (a client) stays open. May be called
   * again.
   */
  close(): Promise<void>;
}
