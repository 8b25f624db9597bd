import type { Scheduler } from "../../../src/scheduler/scheduler.ts";
import type { DataStore } from "../../../src/stores/data_store.ts";
import type { Oracle } from "../oracle.ts";
import { Random } from "../../random.ts";
import { type BatchAsk, batches } from "./batches.ts";
import { type CalendarAsk, calendars } from "./calendars.ts";
import type { Feature } from "./feature.ts";
import { type FlowAsk, flows } from "./flows.ts";
import { type RateAsk, rates } from "./rates.ts";
import { type SchemaIncident, schemas } from "./schemas.ts";
import { type StoreAsk, stores } from "./stores.ts";

/** The requests of clients about all features. */
export type FeatureAsk = RateAsk | FlowAsk | CalendarAsk | BatchAsk | StoreAsk | SchemaIncident;

/** Features that only some simulations have, by name. New ones go to the end, so that other seeds stay as they are. */
export const features = { rates, flows, calendars, batches, stores, schemas } as const;

/** The name of one of them. */
export type FeatureName = keyof typeof features;

/** Which of them the life of a seed has: none in half of all lives. */
export function featuresOf(seed: number): readonly FeatureName[] {
  const random = new Random(seed ^ 0x0fea);
  if (random.chance(0.5)) return [];
  return (Object.keys(features) as FeatureName[]).filter(() => random.chance(0.45));
}

const byKind = new Map<string, Pick<Feature<never>, "ask">>(
  Object.values(features).flatMap((feature) => feature.kinds.map((kind) => [kind, feature] as const)),
);

/** Readies a new store for what a life has. */
export async function prepareFeatures(store: DataStore, names: readonly FeatureName[]): Promise<void> {
  for (const name of names) await (features[name] as Pick<Feature<never>, "prepare">).prepare?.(store);
}

/** True if a request is about one of these. */
export function isFeatureAsk(ask: { readonly kind: string }): ask is FeatureAsk {
  return byKind.has(ask.kind);
}

/** Asks it. */
export function askFeature(client: Scheduler, ask: FeatureAsk, oracle: Oracle): Promise<unknown> {
  return byKind.get(ask.kind)!.ask(client, ask as never, oracle);
}
