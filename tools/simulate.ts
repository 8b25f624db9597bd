/**
 * Runs simulated clusters, one for each seed: `deno task simulate --seeds 1000 --first 1`. Stops at the first seed that
 * breaks a guarantee, prints which, and shrinks the incidents to those that it takes. Options: `--seeds N`, `--first K`,
 * `--store memory|libsql`, `--workers N` (one for each core), `--trace` (prints the last events), `--no-shrink`. The exit
 * code is 1 if a seed fails, and 2 for invalid options.
 */
import process from "node:process";
import { type Plan, planOf } from "../tests/simulation/plan.ts";
import { runPlan, type StoreKind } from "../tests/simulation/run_seed.ts";
import { shrink } from "../tests/simulation/shrink.ts";
import { runSeeds } from "./simulation_pool.ts";
import { numberOption, refuse, toolOptions } from "./tool_options.ts";

/** Number of lines of a trace that are shown. */
const TRACE_LINES = 60;
/** Number of seeds between two lines about progress. */
const PROGRESS_EVERY = 100;

interface Settings {
  readonly seeds: number;
  readonly first: number;
  readonly store: StoreKind;
  readonly workers: number | undefined;
  readonly trace: boolean;
  readonly shrinks: boolean;
}

/** Runs the seeds; resolves to the exit code. */
async function main(settings: Settings): Promise<number> {
  const { seeds, first, store, workers } = settings;
  const startMs = performance.now();
  let runs = 0;
  let done = 0;
  const failed = await runSeeds({
    seeds,
    first,
    store,
    ...(workers === undefined ? {} : { workers }),
    onSeed(report) {
      runs += report.runs;
      if (++done % PROGRESS_EVERY === 0) process.stderr.write(`${done} of ${seeds} seeds\n`);
    },
  });
  if (failed?.violation !== undefined) {
    await report(planOf(failed.seed), failed.violation, settings);
    return 1;
  }
  const seconds = (performance.now() - startMs) / 1000;
  const speed = `${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(1)} a second`;
  process.stdout.write(`${seeds} seeds on ${store}, ${runs} runs, nothing broken: ${speed}\n`);
  return 0;
}

async function report(plan: Plan, violation: string, { store, trace, shrinks }: Settings): Promise<void> {
  process.stdout.write(`seed ${plan.seed} on ${store} fails ${violation}\n`);
  const fails = async (smaller: Plan) => (await runPlan(smaller, store)).violation !== undefined;
  const least = shrinks ? await shrink(plan, fails) : plan;
  const last = await runPlan(least, store, true);
  process.stdout.write(`\nWhat it takes, of ${plan.incidents.length} incidents (${last.violation}):\n`);
  for (const incident of least.incidents) process.stdout.write(`  ${JSON.stringify(incident)}\n`);
  if (trace) process.stdout.write(`\n${last.trace.slice(-TRACE_LINES).join("\n")}\n`);
  process.stdout.write(
    `\nAgain: deno task simulate --first ${plan.seed} --seeds 1 --store ${store} --trace\n`,
  );
}

function settings(): Settings {
  const { values } = toolOptions({
    seeds: { type: "string", default: "1000" },
    first: { type: "string", default: "1" },
    store: { type: "string", default: "memory" },
    workers: { type: "string" },
    trace: { type: "boolean", default: false },
    "no-shrink": { type: "boolean", default: false },
  });
  const { trace, store } = values;
  if (store !== "memory" && store !== "libsql") {
    refuse(`--store must be memory or libsql, but got '${store}'`);
  }
  const seeds = numberOption(values.seeds, "--seeds", 1);
  const first = numberOption(values.first, "--first", 0);
  const workers = values.workers === undefined ? undefined : numberOption(values.workers, "--workers", 1);
  return { seeds, first, store, workers, trace, shrinks: !values["no-shrink"] };
}

if (import.meta.main) process.exitCode = await main(settings());
