import type { BrokerConnection, BrokerListener, EventBroker } from "../../src/brokers/event_broker.ts";

interface Place {
  readonly broker: EventBroker;
  readonly listener: BrokerListener;
  isLost: boolean;
}

/** Brokers on channels, as over a network that can fail: connections get lost and are mended, or cannot be made. */
export class UnsteadyNetwork {
  readonly #channels = new Map<string, Set<Place>>();
  #isDown = false;
  /** Number of tries to connect. */
  attempts = 0;

  /** A broker on a channel. */
  broker(channel: string): EventBroker {
    const places = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, places);
    const broker: EventBroker = {
      kind: "unsteady",
      messageBytesMax: 7999,
      connect: (listener) => {
        this.attempts++;
        if (this.#isDown) return Promise.reject(new Error("no route to the broker"));
        const place: Place = { broker, listener, isLost: false };
        places.add(place);
        return Promise.resolve(connection(places, place));
      },
    };
    return broker;
  }

  /** Nobody can connect from now on. */
  goDown(): void {
    this.#isDown = true;
  }

  /** One can connect again. */
  comeUp(): void {
    this.#isDown = false;
  }

  /** A broker's connections are lost. */
  lose(broker: EventBroker): void {
    for (const place of this.#of(broker)) {
      place.isLost = true;
      place.listener.onLost(new Error("the connection was reset"));
    }
  }

  /** A broker's connections are there again. */
  mend(broker: EventBroker): void {
    for (const place of this.#of(broker)) {
      place.isLost = false;
      place.listener.onReconnected();
    }
  }

  #of(broker: EventBroker): readonly Place[] {
    return [...this.#channels.values()].flatMap((places) => [...places]).filter((place) =>
      place.broker === broker
    );
  }
}

function connection(places: Set<Place>, own: Place): BrokerConnection {
  return {
    publish(message) {
      if (!places.has(own) || own.isLost) return;
      if (message.length * 3 > 7999 && new TextEncoder().encode(message).length > 7999) return;
      queueMicrotask(() => {
        // As most brokers do, it lets the sender hear itself.
        for (const { isLost, listener } of places) if (!isLost) listener.onMessage(message);
      });
    },
    close() {
      places.delete(own);
      return Promise.resolve();
    },
  };
}
