/**
 * `carillon/testing`: a virtual clock, and the conformance suites for stores, serializers and triggers of your own.
 *
 * @module
 */
export { VirtualClock } from "../time/virtual_clock.ts";
export { storeConformance } from "./store_conformance.ts";
export type { StoreConformanceOptions } from "./store_conformance/run_check.ts";
export { serializerConformance, type SerializerConformanceOptions } from "./serializer_conformance.ts";
export { triggerConformance, type TriggerConformanceOptions } from "./trigger_conformance.ts";
