import { durationMs } from "../time/duration.ts";
import { type BrokerConformanceOptions, runCheck } from "./broker_conformance/broker_check.ts";
import { ending, mending, publishing } from "./broker_conformance/connections.ts";
import { schedulers } from "./broker_conformance/schedulers.ts";

/**
 * Registers the tests that every event broker must pass, with any test runner: messages arrive whole, in order and once;
 * nothing arrives before `connect` or after `close`; a lost connection is restored; schedulers receive each other's
 * events. They take real time, and each uses its own channel.
 *
 * @example
 * ```ts
 * import { type EventBroker, localBroker } from "carillon";
 * import { brokerConformance } from "carillon/testing";
 *
 * const tests: string[] = [];
 * const channels = new Map<string, EventBroker>();
 * brokerConformance({
 *   test: (name) => tests.push(name),
 *   makeBroker(channel) {
 *     const broker = channels.get(channel) ?? localBroker();
 *     channels.set(channel, broker);
 *     return broker;
 *   },
 *   interrupt: async (broker) => console.log(`cutting ${broker.kind}`), // as a network does
 *   patience: { seconds: 2 }, // how long a message may take
 * });
 * console.assert(tests.length > 12);
 * ```
 */
export function brokerConformance(options: BrokerConformanceOptions): void {
  const limitMs = durationMs(options.patience ?? { seconds: 10 }, "Option 'patience' of brokerConformance");
  const checks = { ...publishing, ...ending, ...(options.interrupt ? mending : {}), ...schedulers };
  for (const [name, check] of Object.entries(checks)) {
    options.test(name, () => runCheck(check, options, limitMs));
  }
}
