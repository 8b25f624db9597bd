/**
 * `carillon/testing`: a virtual clock, and the conformance suites for stores, brokers, executors,
 * serializers and triggers of your own.
 *
 * @module
 */
export { type TestScheduler, testScheduler, type TestSchedulerOptions } from "./test_scheduler.ts";
export type { TestClock } from "./kit/test_clock.ts";
export type { TestRun } from "./kit/test_run.ts";
export type { RunState } from "./kit/history.ts";
export type { Expected } from "./kit/assertions.ts";
export {
  type Fault,
  type FaultyStore,
  faultyStore,
  type FaultyStoreOptions,
  type InjectedFault,
  type PlannedFault,
} from "./faulty_store.ts";
export type { StoreOperation } from "./intercept_store.ts";
export { VirtualClock } from "../time/virtual_clock.ts";
export { storeConformance } from "./store_conformance.ts";
export type { StoreConformanceOptions } from "./store_conformance/store_check.ts";
export { brokerConformance } from "./broker_conformance.ts";
export type { BrokerConformanceOptions } from "./broker_conformance/broker_check.ts";
export { serializerConformance, type SerializerConformanceOptions } from "./serializer_conformance.ts";
export { triggerConformance, type TriggerConformanceOptions } from "./trigger_conformance.ts";
export { executorConformance, type ExecutorConformanceOptions } from "./executor_conformance.ts";
