import type { BrokerConnection, BrokerListener, EventBroker } from "./event_broker.ts";

/**
 * An event broker for the schedulers of one process: those with the same object receive each other's events.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { localBroker, memory, Scheduler, task } from "carillon";
 *
 * const greet = task({ name: "greet", run: () => "hello" });
 * const broker = localBroker();
 * const store = memory();
 * await using worker = new Scheduler({ name: "worker", store, broker, tasks: [greet] });
 * await using reader = new Scheduler({ role: "client", store, broker });
 * await reader.open();
 * const events = reader.events("jobFinished");
 * await worker.runJob(greet);
 * for await (const event of events) {
 *   assert.equal(event.origin, "worker");
 *   break;
 * }
 * ```
 */
export function localBroker(): EventBroker {
  const listeners = new Set<BrokerListener>();
  return {
    kind: "local",
    connect(listener) {
      // One of its own for each connection: one listener may connect twice.
      const own: BrokerListener = { ...listener, onMessage: (message) => listener.onMessage(message) };
      listeners.add(own);
      return Promise.resolve(connection(listeners, own));
    },
  };
}

function connection(listeners: Set<BrokerListener>, own: BrokerListener): BrokerConnection {
  return {
    publish(message) {
      if (!listeners.has(own)) return;
      queueMicrotask(() => {
        for (const listener of listeners) if (listener !== own) listener.onMessage(message);
      });
    },
    close() {
      listeners.delete(own);
      return Promise.resolve();
    },
  };
}
