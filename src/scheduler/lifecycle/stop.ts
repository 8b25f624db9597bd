import { CarillonError, messageOf } from "../../errors.ts";
import { sleep } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";
import type { SchedulerParts } from "../scheduler_base.ts";
import type { StoreUnits } from "../store_units.ts";

/**
 * Takes no more work, lets what runs finish for so long, then aborts it and gives it its grace. A run that
 * ignores its signal is terminated; where its executor cannot, it is left behind: it keeps its slot until its lease runs out.
 */
export async function endWork(parts: SchedulerParts, timeoutMs: number, hurry: AbortSignal): Promise<void> {
  for (const stream of [...parts.streams]) stream.close();
  const units = parts.units.all();
  await Promise.all(units.map((unit) => unit.stopLoops()));
  for (const unit of units) unit.runner.batches.handBack();
  await endRuns(parts, timeoutMs, hurry);
  for (const unit of units) unit.runner.batches.takeAgain();
  await failureHooksSettled(parts);
  const stopped = new CarillonError(
    "schedulerStopped",
    "The scheduler was stopped while this was waited for; the job itself is for any scheduler of its store",
  );
  for (const unit of units) {
    await unit.results.close(stopped);
    await unit.soloRuns.settled();
  }
}

async function endRuns({ units, environment }: SchedulerParts, timeoutMs: number, hurry: AbortSignal) {
  const { clock, abortGraceMs, logger } = environment;
  const done = new AbortController();
  void Promise.all(units.all().map((unit) => unit.runs.settled())).then(() => done.abort());
  await sleep(clock, timeoutMs, AbortSignal.any([hurry, done.signal]));
  if (done.signal.aborted) return;

  for (const unit of units.all()) {
    for (const run of unit.runs.all()) {
      unit.runner.abort(run, { kind: "stopping", message: "The scheduler stops" });
    }
  }
  await sleep(clock, abortGraceMs, done.signal);
  await terminateRuns(units, environment);
  const left = units.all().flatMap((unit) => unit.runs.all()).map((run) => run.job.id);
  if (left.length > 0) logger.warn("stopped with jobs that ignore their abort signal", { jobs: left });
}

/** Ends what ignored its signal, where the executor can, and waits until that is written. */
async function terminateRuns(units: StoreUnits, { clock, abortGraceMs }: Environment): Promise<void> {
  const over = new AbortController();
  const endings = units.all().flatMap((unit) =>
    unit.runs.all().map(async (run) => await unit.runner.terminate(run) ? run.done : undefined)
  );
  if (endings.length === 0) return;
  void Promise.all(endings).then(() => over.abort());
  await sleep(clock, abortGraceMs, over.signal);
}

/** Gives what is called for failed jobs a while, so that it can still use the store. */
async function failureHooksSettled({ units, environment }: SchedulerParts): Promise<void> {
  const settled = new AbortController();
  void Promise.all(units.all().map((unit) => unit.failureHooks.settled())).then(() => settled.abort());
  await sleep(environment.clock, environment.abortGraceMs, settled.signal);
}

/** Gives asynchronous listeners a while, not for ever: one of them may be waiting for this very stop. */
export async function listenersSettled({ options, hub }: SchedulerParts): Promise<void> {
  const settled = new AbortController();
  void hub.settled().then(() => settled.abort());
  await sleep(options.clock, options.abortGraceMs, settled.signal);
}

/** Closes the stores that nobody here uses any more, the executors and the link to the event broker. */
export async function letGo({ units, environment, options, broker }: SchedulerParts): Promise<void> {
  const closings = [
    broker?.close(),
    ...units.all().filter((unit) => !unit.joined).map((unit) => unit.close()),
    ...[...environment.executors.values()].map((executor) => executor.close?.()),
  ];
  for (const closing of await Promise.allSettled(closings)) {
    if (closing.status === "fulfilled") continue;
    options.logger.warn("closing failed", { error: messageOf(closing.reason) });
  }
}
