import type { EventBroker } from "../../src/brokers/event_broker.ts";
import { localBroker } from "../../src/brokers/local_broker.ts";
import { brokerConformance } from "../../src/testing/broker_conformance.ts";
import { test } from "../harness.ts";
import { UnsteadyNetwork } from "./unsteady_broker.ts";

const channels = new Map<string, EventBroker>();

brokerConformance({
  test: (name, body) => test(`localBroker: ${name}`, body),
  makeBroker(channel) {
    const broker = channels.get(channel) ?? localBroker();
    channels.set(channel, broker);
    return broker;
  },
});

const network = new UnsteadyNetwork();

brokerConformance({
  test: (name, body) => test(`unsteady network: ${name}`, body),
  makeBroker: (channel) => network.broker(channel),
  interrupt(broker) {
    network.lose(broker);
    queueMicrotask(() => network.mend(broker));
    return Promise.resolve();
  },
});
