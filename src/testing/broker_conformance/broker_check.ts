import assert from "node:assert/strict";
import type { BrokerConnection, BrokerListener, EventBroker } from "../../brokers/event_broker.ts";
import { sleep } from "../../time/clock.ts";
import type { DurationInput } from "../../time/duration.ts";
import { systemClock } from "../../time/system_clock.ts";

/** Options of {@linkcode brokerConformance}. */
export interface BrokerConformanceOptions {
  /** Registers one test: the runner's own function, or one that puts the broker's name in front. */
  readonly test: (name: string, body: () => Promise<void>) => void;
  /**
   * Makes a broker on a channel. Those on the same channel reach each other, as two processes would; those on different
   * ones do not.
   */
  readonly makeBroker: (channel: string) => EventBroker;
  /** Breaks the connections of a broker as a network does. Without it the tests of that are left out. */
  readonly interrupt?: (broker: EventBroker) => Promise<void>;
  /** Longest time that a message may take to arrive. @default { seconds: 10 } */
  readonly patience?: DurationInput;
}

/** One connection and its recording listener. */
export interface Party {
  readonly broker: EventBroker;
  readonly connection: BrokerConnection;
  readonly heard: Heard;
}

/** The tools of a check. */
export interface Scene {
  /** The channel of this check. */
  readonly channel: string;
  readonly makeBroker: (channel?: string) => EventBroker;
  /** Connects, by default through a broker of its own. */
  readonly party: (broker?: EventBroker) => Promise<Party>;
  readonly interrupt: (broker: EventBroker) => Promise<void>;
  /** A recording listener without a connection. */
  readonly ears: () => Heard;
}

/** One check. */
export type Check = (scene: Scene) => Promise<void>;

/** Runs a check on a channel of its own, and closes what it opened. */
export async function runCheck(
  check: Check,
  { makeBroker, interrupt }: BrokerConformanceOptions,
  limitMs: number,
): Promise<void> {
  const channel = `conformance-${crypto.randomUUID()}`;
  const parties: Party[] = [];
  const make = (other = channel) => makeBroker(other);
  try {
    await check({
      channel,
      makeBroker: make,
      async party(broker = make()) {
        const heard = new Heard(limitMs);
        const party = { broker, heard, connection: await broker.connect(heard) };
        parties.push(party);
        return party;
      },
      interrupt: (broker) => interrupt?.(broker) ?? Promise.resolve(),
      ears: () => new Heard(limitMs),
    });
  } finally {
    for (const { connection } of parties) await connection.close();
  }
}

/** A listener that records the messages and troubles of its connection. */
export class Heard implements BrokerListener {
  readonly messages: string[] = [];
  /** Troubles of the connection: `lost`, `mended`. */
  readonly troubles: string[] = [];
  readonly #limitMs: number;
  #wake: () => void = () => {};

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  readonly onMessage = (message: string): void => {
    this.messages.push(message);
    this.#wake();
  };

  readonly onLost = (): void => {
    this.troubles.push("lost");
    this.#wake();
  };

  readonly onReconnected = (): void => {
    this.troubles.push("mended");
    this.#wake();
  };

  /** Resolves when this message has arrived; fails when it takes too long. */
  async message(message: string): Promise<void> {
    const shown = message.length > 40 ? `${message.slice(0, 40)}… (${message.length} characters)` : message;
    await this.until(() => this.messages.includes(message), `'${shown}' was not heard`);
  }

  /** Resolves when a condition holds; fails with `otherwise` when it takes too long. */
  async until(isSo: () => boolean, otherwise: string): Promise<void> {
    const timeUp = new AbortController();
    const timer = systemClock.setTimer(() => timeUp.abort(), this.#limitMs);
    try {
      while (!isSo()) {
        assert.ok(!timeUp.signal.aborted, `${otherwise} within ${this.#limitMs} ms`);
        const woken = new AbortController();
        this.#wake = () => woken.abort();
        await sleep(systemClock, this.#limitMs, AbortSignal.any([woken.signal, timeUp.signal]));
      }
    } finally {
      timer.cancel();
      this.#wake = () => {};
    }
  }
}
