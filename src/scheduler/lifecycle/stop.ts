import { CarillonError, messageOf } from "../../errors.ts";
import { sleep } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";
import type { SchedulerEvents } from "../events/scheduler_events.ts";
import type { StoredEvents } from "../events/stored_events.ts";
import type { Executors } from "../executors.ts";
import type { StoreUnits } from "../store_units.ts";

/** Ends the work of a scheduler and releases what it holds. */
export class ShutDown {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #events: SchedulerEvents;
  readonly #storedEvents: StoredEvents;
  readonly #executors: Executors;

  constructor(
    environment: Environment,
    units: StoreUnits,
    events: SchedulerEvents,
    storedEvents: StoredEvents,
    executors: Executors,
  ) {
    this.#environment = environment;
    this.#units = units;
    this.#events = events;
    this.#storedEvents = storedEvents;
    this.#executors = executors;
  }

  /**
   * Takes no more work, lets what runs finish within the timeout, then aborts it and gives it its grace. A run that
   * ignores its signal is terminated; where its executor cannot do that, it is left behind and keeps its slot until its
   * lease runs out.
   */
  async endWork(timeoutMs: number, hurry: AbortSignal): Promise<void> {
    this.#storedEvents.close();
    const units = this.#units.all();
    await Promise.all(units.map((unit) => unit.stopLoops()));
    for (const unit of units) unit.runner.batches.handBack();
    await this.#endRuns(timeoutMs, hurry);
    for (const unit of units) unit.runner.batches.takeAgain();
    // What is called for failed jobs may still use the store.
    await this.#within(
      this.#environment.abortGraceMs,
      Promise.all(units.map((unit) => unit.failureHooks.settled())),
    );
    const stopped = new CarillonError(
      "schedulerStopped",
      "The scheduler was stopped while this was waited for; the job itself is for any scheduler of its store",
    );
    for (const unit of units) {
      await unit.results.close(stopped);
      await unit.soloRuns.settled();
    }
  }

  /** Gives asynchronous listeners a while, but not forever: one of them may be waiting for this very stop. */
  async listenersSettled(): Promise<void> {
    await this.#within(this.#environment.abortGraceMs, this.#events.hub.settled());
  }

  /** Closes the stores that are no longer used here, the executors and the link to the event broker. */
  async release(): Promise<void> {
    const closings = [
      this.#events.closeBroker(),
      ...this.#units.all().filter((unit) => !unit.joined).map((unit) => unit.close()),
      ...this.#executors.close(),
    ];
    for (const closing of await Promise.allSettled(closings)) {
      if (closing.status === "fulfilled") continue;
      this.#environment.logger.warn("closing failed", { error: messageOf(closing.reason) });
    }
  }

  async #endRuns(timeoutMs: number, hurry: AbortSignal): Promise<void> {
    const { abortGraceMs, logger } = this.#environment;
    const units = this.#units.all();
    const settled = Promise.all(units.map((unit) => unit.runs.settled()));
    if (await this.#within(timeoutMs, settled, hurry)) return;

    for (const unit of units) {
      for (const run of unit.runs.all()) {
        unit.runner.abort(run, { kind: "stopping", message: "The scheduler stops" });
      }
    }
    await this.#within(abortGraceMs, settled);
    await this.#terminateRuns();
    const left = units.flatMap((unit) => unit.runs.all()).map((run) => run.job.id);
    if (left.length > 0) logger.warn("stopped with jobs that ignore their abort signal", { jobs: left });
  }

  /** Ends what ignored its signal, where the executor can, and waits until that is written. */
  async #terminateRuns(): Promise<void> {
    const endings = this.#units.all().flatMap((unit) =>
      unit.runs.all().map(async (run) => await unit.runner.terminate(run) ? run.done : undefined)
    );
    if (endings.length > 0) await this.#within(this.#environment.abortGraceMs, Promise.all(endings));
  }

  /** Waits for something, for so long at most or until aborted. Returns whether it came. */
  async #within(timeoutMs: number, awaited: Promise<unknown>, signal?: AbortSignal): Promise<boolean> {
    const done = new AbortController();
    void awaited.then(() => done.abort());
    await sleep(
      this.#environment.clock,
      timeoutMs,
      signal ? AbortSignal.any([signal, done.signal]) : done.signal,
    );
    return done.signal.aborted;
  }
}
