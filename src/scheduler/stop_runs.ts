import { sleep } from "../time/clock.ts";
import type { Environment } from "./environment.ts";
import type { StoreUnits } from "./store_units.ts";

/**
 * Lets what runs finish for so long, then aborts it and gives it its grace. A run that ignores its signal is
 * left behind: it keeps its slot until its lease runs out.
 */
export async function stopRuns(
  units: StoreUnits,
  environment: Environment,
  timeoutMs: number,
  hurry: AbortSignal,
): Promise<void> {
  const { clock, abortGraceMs, logger } = environment;
  const settled = Promise.all(units.all().map((unit) => unit.runs.settled()));
  const done = new AbortController();
  void settled.then(() => done.abort());
  await sleep(clock, timeoutMs, AbortSignal.any([hurry, done.signal]));
  if (done.signal.aborted) return;

  for (const unit of units.all()) {
    for (const run of unit.runs.all()) {
      unit.runner.abort(run, { kind: "stopping", message: "The scheduler stops" });
    }
  }
  await sleep(clock, abortGraceMs, done.signal);
  const left = units.all().flatMap((unit) => unit.runs.all()).map((run) => run.job.id);
  if (left.length > 0) logger.warn("stopped with jobs that ignore their abort signal", { jobs: left });
}
