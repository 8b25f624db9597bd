import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { memory } from "../../src/stores/memory.ts";
import { type Plan, planOf } from "./plan.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** The stores that the cluster may share. */
export type StoreKind = "memory" | "libsql";

const stores: Readonly<Record<StoreKind, () => DataStore>> = {
  memory: () => memory(),
  libsql: () => libsql(":memory:"),
};

/** Lives through a plan on a new store. */
export function runPlan(plan: Plan, store: StoreKind, tracing = false): Promise<Outcome> {
  return simulate(plan, stores[store](), tracing);
}

/** Lives through what a seed stands for. */
export function runSeed(seed: number, store: StoreKind, tracing = false): Promise<Outcome> {
  return runPlan(planOf(seed), store, tracing);
}
