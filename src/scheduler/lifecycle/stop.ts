import { CarillonError, messageOf } from "../../errors.ts";
import { sleep } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";
import type { SchedulerEvents } from "../events/scheduler_events.ts";
import type { StoredEvents } from "../events/stored_events.ts";
import type { Executors } from "../executors.ts";
import type { JobRun } from "../running/job_run.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import type { JoinedStores } from "./joined_stores.ts";

/** Time that a stop gives a store that cannot be reached, before and after the runs that are left are aborted. */
const STORE_GONE_MS = { before: 3000, after: 2000 };
/** Time between two looks whether the store is gone while runs finish. */
const LOOK_MS = 1000;
/** Least time for each step after the runs, however late it is. */
const STEP_MIN_MS = 50;
/** Least time for stores and executors to close, however short the grace of jobs is. */
const CLOSE_MS = 5000;

/** The part of the grace by the end of which each step of a stop is to be done. */
const partOfGrace = {
  abort: 0.6,
  terminate: 0.8,
  failureHooks: 0.85,
  results: 0.9,
  leave: 0.95,
  listeners: 0.97,
  release: 1,
} as const;

type StopStep = keyof typeof partOfGrace;

/**
 * Ends the work of a scheduler and releases what it holds. Whatever its jobs, hooks, listeners, executors and stores do,
 * that takes no longer than the timeout and the grace after it.
 */
export class ShutDown {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #events: SchedulerEvents;
  readonly #storedEvents: StoredEvents;
  readonly #executors: Executors;
  readonly #stores: JoinedStores;
  /** The grace that has begun, by the monotonic clock. */
  #grace: { readonly fromMs: number; readonly lengthMs: number; readonly isGone: boolean } | undefined;

  constructor(
    environment: Environment,
    units: StoreUnits,
    stores: JoinedStores,
    events: SchedulerEvents,
    storedEvents: StoredEvents,
    executors: Executors,
  ) {
    this.#environment = environment;
    this.#units = units;
    this.#stores = stores;
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
    const startMs = this.#nowMs;
    const loops = Promise.all(units.map((unit) => unit.stopLoops()));
    const isReached = await this.#within(STORE_GONE_MS.before, loops);
    for (const unit of units) unit.runner.batches.handBack();
    const isGone = !isReached || !await this.#drain(startMs, timeoutMs, hurry);
    const { abortGraceMs } = this.#environment;
    const lengthMs = isGone ? Math.min(abortGraceMs, STORE_GONE_MS.after) : abortGraceMs;
    this.#grace = { fromMs: this.#nowMs, lengthMs, isGone };
    await this.#endRuns(isGone);
    for (const unit of units) unit.runner.batches.takeAgain();
    // What is called for failed jobs may still use the store.
    await this.#step("failureHooks", Promise.all(units.map((unit) => unit.failureHooks.settled())));
    await this.#step("results", Promise.all(units.map((unit) => unit.results.lastLook())));
    const stopped = new CarillonError(
      "schedulerStopped",
      "The scheduler was stopped while this was waited for; the job itself is for any scheduler of its store",
    );
    for (const unit of units) unit.results.close(stopped);
    await this.#step("results", Promise.all(units.map((unit) => unit.soloRuns.settled())));
    for (const unit of units) unit.soloRuns.reopen();
    await this.#step("leave", this.#stores.leaveAll());
  }

  /** Gives asynchronous listeners a while, but not forever: one of them may be waiting for this very stop. */
  async listenersSettled(): Promise<void> {
    await this.#step("listeners", this.#events.hub.settled());
  }

  /** Closes the stores that are no longer used here, the executors and the link to the event broker. */
  async release(): Promise<void> {
    const closings = [
      this.#events.closeBroker(),
      ...this.#units.all().filter((unit) => !unit.joined).map((unit) => unit.close()),
      ...this.#executors.close(),
    ].map((closing) =>
      Promise.resolve(closing).catch((error) =>
        this.#environment.logger.warn("closing failed", { error: messageOf(error) })
      )
    );
    await this.#step("release", Promise.all(closings));
    this.#grace = undefined;
  }

  get #nowMs(): number {
    return this.#environment.clock.monotonicMs();
  }

  #openRuns(): readonly (readonly [StoreUnit, JobRun])[] {
    return this.#units.all().flatMap((unit) =>
      unit.runs.all().filter((run) => !run.hasEnded).map((run) => [unit, run] as const)
    );
  }

  #settled(): Promise<unknown> {
    return Promise.all(this.#units.all().map((unit) => unit.runs.settled()));
  }

  /** Lets runs finish. Resolves to false where the store is gone: no end can be written. */
  async #drain(startMs: number, timeoutMs: number, hurry: AbortSignal): Promise<boolean> {
    const units = this.#units.all();
    const settled = this.#settled();
    for (let waits = 0;; waits++) {
      const nowMs = this.#nowMs;
      const leftMs = startMs + timeoutMs - nowMs;
      if (await this.#within(Math.min(LOOK_MS, Math.max(0, leftMs)), settled, hurry)) return true;
      if (hurry.aborted || leftMs <= LOOK_MS) return true;
      if (waits === 0) units.forEach((unit) => unit.beat());
      if (this.#nowMs - startMs >= STORE_GONE_MS.before && units.every(isOutOfReach)) return false;
    }
  }

  async #endRuns(isGone: boolean): Promise<void> {
    const { logger } = this.#environment;
    const units = this.#units.all();
    if (units.every(({ runs }) => runs.size === 0)) return;
    for (const [unit, run] of this.#openRuns()) {
      unit.runner.abort(run, { kind: "stopping", message: "The scheduler stops" });
    }
    if (!isGone || this.#openRuns().length > 0) await this.#step("abort", this.#settled());
    await this.#terminateRuns();
    const open = this.#openRuns().map(([, { job }]) => job.id);
    if (open.length > 0) logger.warn("stopped with jobs that ignore their abort signal", { jobs: open });
    const unwritten = units.flatMap(({ runs }) => runs.all()).filter((run) => run.hasEnded);
    if (unwritten.length === 0) return;
    logger.error("stopped without the ends of jobs, which the store did not take: they will run again", {
      jobs: unwritten.map(({ job }) => job.id),
    });
  }

  /** Ends what ignored its signal, where the executor can, and waits until that is written. */
  async #terminateRuns(): Promise<void> {
    const endings = this.#openRuns().map(async ([unit, run]) =>
      await unit.runner.terminate(run) ? run.done : undefined
    );
    if (endings.length > 0) await this.#step("terminate", Promise.all(endings));
  }

  /** Waits for a step of a stop until its part of the grace has passed; outside of one, for as long as it takes. */
  async #step(step: StopStep, awaited: Promise<unknown>): Promise<void> {
    if (this.#grace === undefined) return void await awaited;
    const { fromMs, lengthMs, isGone } = this.#grace;
    const closes = !isGone && (step === "leave" || step === "release");
    const untilMs = fromMs + (closes ? Math.max(lengthMs, CLOSE_MS) : lengthMs) * partOfGrace[step];
    await this.#within(Math.max(STEP_MIN_MS, untilMs - this.#nowMs), awaited);
  }

  /** Waits for something, for so long at most or until aborted. Returns whether it came; throws what it throws by then. */
  async #within(timeoutMs: number, awaited: Promise<unknown>, signal?: AbortSignal): Promise<boolean> {
    const done = new AbortController();
    const over = () => done.abort();
    awaited.then(over, over);
    await sleep(
      this.#environment.clock,
      timeoutMs,
      signal ? AbortSignal.any([signal, done.signal]) : done.signal,
    );
    if (done.signal.aborted) await awaited;
    return done.signal.aborted;
  }
}

/** True if the ends of all that is left cannot be written, or the store has failed for long. */
function isOutOfReach({ runs, health }: StoreUnit): boolean {
  return runs.all().every((run) => run.hasEnded) || health.failingMs >= STORE_GONE_MS.before;
}
