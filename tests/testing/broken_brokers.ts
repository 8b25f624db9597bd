import type { BrokerConnection, BrokerListener, EventBroker } from "../../src/brokers/event_broker.ts";
import { localBroker } from "../../src/brokers/local_broker.ts";
import { nextTurn } from "../../src/time/clock.ts";

/** A fault of a broker: connects in place of a sound one. */
export type Fault = (sound: EventBroker, listener: BrokerListener) => Promise<BrokerConnection>;

/** A broker that connects with a fault. */
export function broken(sound: EventBroker, fault: Fault): EventBroker {
  return { kind: "broken", connect: (listener) => fault(sound, listener) };
}

/** A listener that changes, holds back or doubles what it passes on. */
function passing(
  { onLost, onReconnected }: BrokerListener,
  onMessage: BrokerListener["onMessage"],
): BrokerListener {
  return { onMessage, onLost, onReconnected };
}

/** A connection with some of its methods replaced. */
async function altered(
  connecting: Promise<BrokerConnection>,
  replaced: (sound: BrokerConnection) => Partial<BrokerConnection>,
): Promise<BrokerConnection> {
  const sound = await connecting;
  return {
    publish: (message) => sound.publish(message),
    close: () => sound.close(),
    ...replaced(sound),
  };
}

/** A place that all channels share. */
const everywhere = localBroker();

/** Brokers that are wrong in one way each, with the test of the suite that has to find it. */
export const faults: Readonly<Record<string, readonly [finds: RegExp, fault: Fault]>> = {
  "delivers each message twice": [
    /keeps the order/,
    (sound, listener) =>
      sound.connect(passing(listener, (message) => {
        listener.onMessage(message);
        listener.onMessage(message);
      })),
  ],
  "delivers later messages first": [/keeps the order/, (sound, listener) => {
    const stack: string[] = [];
    return sound.connect(passing(listener, (message) => {
      if (stack.push(message) === 1) {
        nextTurn(() => stack.splice(0).reverse().forEach((one) => listener.onMessage(one)));
      }
    }));
  }],
  "cuts long messages": [
    /any promised length/,
    (sound, listener) =>
      sound.connect(passing(listener, (message) => listener.onMessage(message.slice(0, 8000)))),
  ],
  "loses what is not ASCII": [
    /strings unchanged/,
    (sound, listener) =>
      sound.connect(passing(listener, (message) => listener.onMessage(message.replace(/[^\0-\x7f]/g, "?")))),
  ],
  "trims messages": [
    /strings unchanged/,
    (sound, listener) => sound.connect(passing(listener, (message) => listener.onMessage(message.trim()))),
  ],
  "delivers while it publishes": [/before anything is delivered/, atOnce()],
  "throws when it publishes after close()": [
    /what is published later/,
    (sound, listener) =>
      altered(sound.connect(listener), (inner) => {
        let isClosed = false;
        return {
          publish(message) {
            if (isClosed) throw new Error("closed");
            inner.publish(message);
          },
          close() {
            isClosed = true;
            return inner.close();
          },
        };
      }),
  ],
  "sends after close()": [
    /what is published later/,
    (sound, listener) =>
      altered(sound.connect(listener), ({ close }) => ({
        publish: (message) =>
          void sound.connect(passing(listener, () => {})).then((other) => {
            other.publish(message);
            return other.close();
          }),
        close,
      })),
  ],
  "refuses a second close()": [
    /may be called again/,
    (sound, listener) =>
      altered(sound.connect(listener), (inner) => {
        let isClosed = false;
        return {
          close() {
            if (isClosed) return Promise.reject(new Error("not open"));
            isClosed = true;
            return inner.close();
          },
        };
      }),
  ],
  "delivers after close()": [
    /ends delivery/,
    (sound, listener) => altered(sound.connect(listener), () => ({ close: () => Promise.resolve() })),
  ],
  "drops at close() what is still to be sent": [
    /waits for the delivery/,
    (sound, listener) =>
      altered(sound.connect(listener), (inner) => {
        const waiting: string[] = [];
        return {
          publish(message) {
            if (waiting.push(message) === 1) nextTurn(() => waiting.splice(0).forEach(inner.publish));
          },
          close() {
            waiting.splice(0);
            return inner.close();
          },
        };
      }),
  ],
  "reports too early that it is connected": [/receives what others publish/, (sound, listener) => {
    const connecting = new Promise<BrokerConnection>((resolve) =>
      nextTurn(() => resolve(sound.connect(listener)))
    );
    return Promise.resolve({
      publish: (message) => void connecting.then(({ publish }) => publish(message)),
      close: async () => await (await connecting).close(),
    });
  }],
  "knows no channels": [/another channel/, (_sound, listener) => everywhere.connect(listener)],
  "shares one connection between all listeners": [/several listeners share/, shared()],
  "cannot be used again after close()": [/works again after/, once()],
};

/** Publishing calls the listeners itself. */
function atOnce(): Fault {
  const all = new WeakMap<EventBroker, Set<BrokerListener>>();
  return (sound, listener) => {
    const listeners = all.get(sound) ?? new Set();
    all.set(sound, listeners.add(listener));
    return Promise.resolve({
      publish: (message) => listeners.has(listener) && listeners.forEach((one) => one.onMessage(message)),
      close: () => Promise.resolve(void listeners.delete(listener)),
    });
  };
}

/** All listeners share the connection of the first; closing one closes all. */
function shared(): Fault {
  const connections = new WeakMap<EventBroker, { listeners: Set<BrokerListener>; inner: BrokerConnection }>();
  return async (sound, listener) => {
    const known = connections.get(sound) ?? await connectAll(sound);
    connections.set(sound, known);
    known.listeners.add(listener);
    return {
      publish: (message) => known.inner.publish(message),
      async close() {
        known.listeners.clear();
        connections.delete(sound);
        await known.inner.close();
      },
    };
  };
}

async function connectAll(sound: EventBroker) {
  const listeners = new Set<BrokerListener>();
  const onMessage = (message: string) => listeners.forEach((one) => one.onMessage(message));
  const inner = await sound.connect({ onMessage, onLost() {}, onReconnected() {} });
  return { listeners, inner };
}

/** A broker object can be connected until its first close(). */
function once(): Fault {
  const closed = new WeakSet<EventBroker>();
  return (sound, listener) =>
    closed.has(sound)
      ? Promise.reject(new Error("this broker is used up"))
      : altered(sound.connect(listener), ({ close }) => ({
        close() {
          closed.add(sound);
          return close();
        },
      }));
}
