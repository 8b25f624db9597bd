import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { StoreKind } from "../tests/simulation/run_seed.ts";
import type { SeedReport } from "./simulation_worker.ts";

/** Options of a pool of workers. */
export interface PoolOptions {
  readonly first: number;
  readonly seeds: number;
  readonly store: StoreKind;
  /** Number of threads that share the work. @default one for each core */
  readonly workers?: number;
  /** Called when a seed is done. */
  readonly onSeed: (report: SeedReport) => void;
}

/**
 * Simulates seeds on all cores. Resolves to the first failing seed, which is the same for any number of workers: seeds are
 * handed out in order, and those before a failing one are finished.
 */
export async function runSeeds(options: PoolOptions): Promise<SeedReport | undefined> {
  const { first, seeds, workers = availableParallelism() } = options;
  let next = first;
  let failed: SeedReport | undefined;
  const take = () => failed === undefined && next < first + seeds ? next++ : undefined;
  const done = (report: SeedReport) => {
    options.onSeed(report);
    if (report.violation === undefined) return;
    if (failed === undefined || report.seed < failed.seed) failed = report;
  };
  const size = Math.max(1, Math.min(workers, seeds));
  await Promise.all(Array.from({ length: size }, () => work(options.store, take, done)));
  return failed;
}

/** One worker, until no seed is left for it. */
function work(
  store: StoreKind,
  take: () => number | undefined,
  done: (report: SeedReport) => void,
): Promise<void> {
  const worker = new Worker(new URL("./simulation_worker.ts", import.meta.url));
  return new Promise<void>((resolve, reject) => {
    const give = () => {
      const seed = take();
      if (seed === undefined) resolve();
      else worker.postMessage({ seed, store });
    };
    worker.on("message", (report: SeedReport) => {
      done(report);
      give();
    });
    worker.on("error", reject);
    give();
  }).finally(() => worker.terminate());
}
