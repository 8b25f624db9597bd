import assert from "node:assert/strict";
import type { EventBroker } from "../../src/brokers/event_broker.ts";
import { localBroker } from "../../src/brokers/local_broker.ts";
import { brokerConformance } from "../../src/testing/broker_conformance.ts";
import type { BrokerConformanceOptions } from "../../src/testing/broker_conformance/broker_check.ts";
import { UnsteadyNetwork } from "../brokers/unsteady_broker.ts";
import { test } from "../harness.ts";
import { broken, faults } from "./broken_brokers.ts";

/** The names of the tests that fail; they wait long enough for anything that a microtask or a turn delivers. */
async function failing(options: Omit<BrokerConformanceOptions, "test">): Promise<readonly string[]> {
  const tests: [string, () => Promise<void>][] = [];
  brokerConformance({ ...options, patience: { milliseconds: 60 }, test: (...one) => void tests.push(one) });
  const failed: string[] = [];
  for (const [name, body] of tests) await body().catch(() => failed.push(name));
  return failed;
}

for (const [what, [finds, fault]] of Object.entries(faults)) {
  test(`brokerConformance() finds a broker that ${what}`, async () => {
    const channels = new Map<string, EventBroker>();
    const failed = await failing({
      makeBroker(channel) {
        const broker = channels.get(channel) ?? broken(localBroker(), fault);
        channels.set(channel, broker);
        return broker;
      },
    });
    assert.ok(failed.some((name) => finds.test(name)), `it failed only ${JSON.stringify(failed)}`);
  });
}

const troubles: Readonly<Record<string, (network: UnsteadyNetwork, broker: EventBroker) => void>> = {
  "never mends a lost connection": (network, broker) => network.lose(broker),
  "does not report a lost connection": (network, broker) => network.mend(broker),
};

for (const [what, interrupt] of Object.entries(troubles)) {
  test(`brokerConformance() finds a broker that ${what}`, async () => {
    const network = new UnsteadyNetwork();
    const failed = await failing({
      makeBroker: (channel) => network.broker(channel),
      interrupt: (broker) => Promise.resolve(interrupt(network, broker)),
    });
    assert.ok(failed.some((name) => /lost connection is reported/.test(name)), JSON.stringify(failed));
  });
}

test("brokerConformance() finds a broker that promises too little", async () => {
  const sound = localBroker();
  const failed = await failing({ makeBroker: () => ({ ...sound, messageBytesMax: 100 }) });
  assert.ok(failed.some((name) => /any promised length/.test(name)), JSON.stringify(failed));
});
