import type { BrokerConnection, BrokerListener, EventBroker } from "../../brokers/event_broker.ts";
import { messageOf } from "../../errors.ts";
import type { CarillonEvent } from "../../events/event.ts";
import { eventMessage, readEventMessage } from "../../events/event_message.ts";
import type { Logger } from "../../model/logger.ts";
import { disregard } from "../../model/maybe_promise.ts";
import { type Clock, sleep } from "../../time/clock.ts";

/** Longest wait of opening for the broker; then it continues without. */
const FIRST_WAIT_MS = 5000;
/** The waits between attempts to connect. */
const RETRY_MS = { first: 1000, max: 60_000 };
/** Number of messages that are kept while the first attempt to connect is in progress. */
const HELD_MAX = 100;
/** Longest wait of closing for messages that are still on their way. */
const CLOSE_MS = 5000;

/** Acts on events of other schedulers. */
export interface RemoteEventListener {
  /** Another scheduler published this. */
  onRemoteEvent(event: CarillonEvent): void;
  /** Others may have published events that did not arrive. */
  onMissedEvents(): void;
}

/** The facts about a scheduler that its link needs. */
export interface LinkOwner {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One scheduler's link to its event broker: turns events into messages and back, and outlives all that goes wrong. */
export class BrokerLink {
  readonly #broker: EventBroker;
  readonly #owner: LinkOwner;
  readonly #listener: RemoteEventListener;
  readonly #senderId = crypto.randomUUID();
  readonly #bytesMax: number;
  #opening: { readonly closed: AbortController; readonly connected: Promise<void> } | undefined;
  #connection: BrokerConnection | undefined;
  #held: string[] = [];
  #warnsOfOversize = true;
  #warnsOfUnreadable = true;

  constructor(broker: EventBroker, owner: LinkOwner, listener: RemoteEventListener) {
    this.#broker = broker;
    this.#owner = owner;
    this.#listener = listener;
    this.#bytesMax = broker.messageBytesMax ?? Infinity;
  }

  /** Connects; returns when that is done, or after a while when it is not. Never rejects. */
  async open(): Promise<void> {
    if (this.#opening === undefined) {
      const closed = new AbortController();
      this.#opening = { closed, connected: this.#connect(closed.signal) };
    }
    const { connected, closed } = this.#opening;
    const waited = new AbortController();
    void connected.then(() => waited.abort());
    await sleep(this.#owner.clock, FIRST_WAIT_MS, AbortSignal.any([waited.signal, closed.signal]));
  }

  /** Publishes an event to other schedulers. Never throws. */
  publish(event: CarillonEvent): void {
    try {
      const message = eventMessage(event, { id: this.#senderId, name: this.#owner.name });
      if (this.#isTooLong(message)) return this.#refuse(event);
      if (this.#connection) return this.#send(this.#connection, message);
      this.#held.push(message);
      if (this.#held.length > HELD_MAX) this.#held.shift();
    } catch (error) {
      this.#owner.logger.warn("the event broker failed", { event: event.type, error: messageOf(error) });
    }
  }

  #send(connection: BrokerConnection, message: string): void {
    try {
      disregard(connection.publish(message));
    } catch (error) {
      this.#owner.logger.warn("the event broker failed", { error: messageOf(error) });
    }
  }

  /** Disconnects from the broker, once what was published is on its way. Never rejects. */
  async close(): Promise<void> {
    const { clock, logger } = this.#owner;
    this.#opening?.closed.abort();
    const connection = this.#connection;
    this.#opening = this.#connection = undefined;
    this.#held = [];
    if (!connection) return;
    const closed = new AbortController();
    const close = async () => await connection.close();
    void close().catch((error) => logger.warn("closing the event broker failed", { error: messageOf(error) }))
      .then(() => closed.abort());
    await sleep(clock, CLOSE_MS, closed.signal);
  }

  async #connect(closed: AbortSignal): Promise<void> {
    const { clock, logger } = this.#owner;
    const broker = this.#broker;
    for (let waitMs = RETRY_MS.first; !closed.aborted; waitMs = Math.min(waitMs * 2, RETRY_MS.max)) {
      try {
        const connection = await broker.connect(this.#brokerListener(closed));
        if (closed.aborted) return await connection.close();
        this.#connection = connection;
        for (const message of this.#held.splice(0)) this.#send(connection, message);
        if (waitMs > RETRY_MS.first) {
          logger.info("the event broker is connected", { broker: broker.kind });
          this.#listener.onMissedEvents();
        }
        return;
      } catch (error) {
        if (closed.aborted) return;
        const facts = { broker: broker.kind, error: messageOf(error) };
        if (waitMs === RETRY_MS.first) {
          logger.warn("the event broker cannot be reached; trying again", facts);
        }
        await sleep(clock, waitMs, closed, { keepAlive: false });
      }
    }
  }

  #brokerListener(closed: AbortSignal): BrokerListener {
    const { logger } = this.#owner;
    const broker = this.#broker.kind;
    return {
      onMessage: (message) => {
        if (!closed.aborted) this.#take(message);
      },
      onLost: (error) => {
        if (!closed.aborted) {
          logger.warn("the connection to the event broker was lost", { broker, error: messageOf(error) });
        }
      },
      onReconnected: () => {
        if (closed.aborted) return;
        logger.info("the connection to the event broker was restored", { broker });
        this.#listener.onMissedEvents();
      },
    };
  }

  #take(message: string): void {
    try {
      const read = readEventMessage(message);
      if (read === undefined) {
        this.#ignore(message);
      } else if (read.senderId !== this.#senderId) this.#listener.onRemoteEvent(read.event);
    } catch (error) {
      this.#owner.logger.error("an event of the broker could not be passed on", { error: messageOf(error) });
    }
  }

  /** Newer code may send messages that this one does not know, and often: warned of once, then only logged for debugging. */
  #ignore(message: string): void {
    const { logger } = this.#owner;
    const level = this.#warnsOfUnreadable ? "warn" : "debug";
    this.#warnsOfUnreadable = false;
    const facts = { broker: this.#broker.kind, start: message.slice(0, 100) };
    logger[level]("a message of the event broker was ignored: it is no known event", facts);
  }

  #isTooLong(message: string): boolean {
    return message.length * 3 > this.#bytesMax && utf8.encode(message).length > this.#bytesMax;
  }

  /** Events are made to fit; only names without measure can make one too long. */
  #refuse({ type }: CarillonEvent): void {
    if (!this.#warnsOfOversize) return;
    this.#warnsOfOversize = false;
    const facts = { event: type, bytesMax: this.#bytesMax };
    this.#owner.logger.warn("an event was too long for the event broker, and was not published", facts);
  }
}

const utf8 = new TextEncoder();
