import { parentPort } from "node:worker_threads";
import { runSeed, type StoreKind } from "../tests/simulation/run_seed.ts";

/** A seed to simulate. */
interface SeedOrder {
  readonly seed: number;
  readonly store: StoreKind;
}

/** The result of a seed. */
export interface SeedReport {
  readonly seed: number;
  readonly violation: string | undefined;
  readonly runs: number;
}

parentPort?.on("message", async ({ seed, store }: SeedOrder) => {
  const { violation, runs } = await runSeed(seed, store);
  parentPort?.postMessage({ seed, violation, runs } satisfies SeedReport);
});
