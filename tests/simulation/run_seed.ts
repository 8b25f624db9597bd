import { libsql } from "../../src/stores/libsql.ts";
import { memory } from "../../src/stores/memory.ts";
import { type Plan, planOf } from "./plan.ts";
import { type SimulatedStore, storeOfOlderCode } from "./simulated_store.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** The stores that the cluster may share. */
export type StoreKind = "memory" | "libsql";

/** Simulates a plan on new stores. */
export async function runPlan(plan: Plan, store: StoreKind, tracing = false): Promise<Outcome> {
  const stores: SimulatedStore[] = [];
  for (let i = 0; i < (plan.features.includes("stores") ? 2 : 1); i++) {
    stores.push(await newStore(plan, store));
  }
  return await simulate(plan, stores, tracing);
}

async function newStore({ seed, features }: Plan, store: StoreKind): Promise<SimulatedStore> {
  if (store === "memory") return { store: memory() };
  return features.includes("schemas") ? await storeOfOlderCode(seed) : { store: libsql(":memory:") };
}

/** Simulates the plan of a seed. */
export function runSeed(seed: number, store: StoreKind, tracing = false): Promise<Outcome> {
  return runPlan(planOf(seed), store, tracing);
}
