import { CarillonError, messageOf } from "../errors.ts";
import * as check from "../model/option_checks.ts";
import type { DataStore, PruneAnswer } from "../stores/data_store.ts";
import type { Clock } from "../time/clock.ts";
import { type DurationInput, durationMs } from "../time/duration.ts";
import { type IdleCondition, untilIdle } from "./lifecycle/idle.ts";
import { SchedulerExplain } from "./scheduler_explain.ts";
import { onStopSignals } from "./lifecycle/signals.ts";
import type { StartOptions, StopOptions } from "./lifecycle/start_options.ts";
import { startUp } from "./lifecycle/start.ts";
import type { StoreUnit } from "./store_unit.ts";
import { endWork, letGo, listenersSettled } from "./lifecycle/stop.ts";
import { instantOf } from "./views/instant.ts";

/** What one `tick` did. */
export interface TickResult {
  /** How many jobs finished, whatever their outcome. */
  readonly finishedJobs: number;
  /** When there is something to do again; undefined when nothing is planned. */
  readonly nextWake: Temporal.Instant | undefined;
}

/**
 * A scheduler on the ports alone: stores and executors are given to it. Use it in place of `Scheduler` where not
 * even the memory store shall be loaded.
 *
 * @example
 * ```ts
 * import { eventLoop, memory, SchedulerCore } from "carillon";
 *
 * await using scheduler = new SchedulerCore({ store: memory(), executors: { default: eventLoop() } });
 * console.assert(scheduler.state === "stopped");
 * ```
 */
export class SchedulerCore extends SchedulerExplain implements AsyncDisposable {
  /** How to leave each store that was joined. */
  readonly #leaves = new Map<StoreUnit, () => Promise<void>>();
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #stopped = Promise.withResolvers<void>();
  #abortStop = new AbortController();
  /** Aborted as soon as somebody asks it to stop. */
  #stopAsked = new AbortController();

  /**
   * Starts processing and returns once it does. A store that cannot be reached is tried again, told as `storeFailed`,
   * until it answers or `stop()` is called: await `open()` before, where the program is to fail instead.
   *
   * Throws `schedulerRunning` when it is started already, and what opening the store or writing the declared schedules
   * throws and time does not mend: a refused token, a newer schema, a file that is no database.
   */
  async startInBackground(options: StartOptions = {}): Promise<void> {
    check.refuseUnknownOptions(options, ["keepAlive", "paused"], "startInBackground");
    await this.#start(options, { patient: true });
  }

  /** One that is patient waits for stores that are away, until it is stopped. */
  async #start(options: StartOptions, { patient }: { readonly patient: boolean }): Promise<void> {
    if (this.currentState !== "stopped") {
      const message =
        `Scheduler '${this.name}' is already ${this.currentState}; await stop() before another start`;
      throw new CarillonError("schedulerRunning", message);
    }
    if (this.role === "client") {
      throw new CarillonError(
        "invalidState",
        "A scheduler with role 'client' is never started: it adds and reads",
      );
    }
    this.keepsAlive = options.keepAlive ?? true;
    this.isPaused = options.paused ?? this.isPaused;
    this.currentState = "starting";
    this.#stopped = Promise.withResolvers();
    this.#abortStop = new AbortController();
    this.#stopAsked = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#starting = promise;
    try {
      this.parts.tell("schedulerStarting");
      await startUp(this.parts, this.#leaves, patient ? this.#stopAsked.signal : undefined);
      this.currentState = "running";
      this.parts.tell("schedulerStarted");
    } catch (error) {
      await this.#leaveAll();
      await letGo(this.parts);
      this.currentState = "stopped";
      this.parts.tell("schedulerStopped", { error: messageOf(error) });
      throw error;
    } finally {
      this.#starting = undefined;
      resolve();
    }
  }

  /**
   * Processes until `stop()` is called, or the process gets SIGINT or SIGTERM; a second signal aborts what still
   * runs. Starts first if need be.
   */
  async runUntilStopped(options: StartOptions & { readonly signals?: boolean } = {}): Promise<void> {
    check.refuseUnknownOptions(options, ["signals", "keepAlive", "paused"], "runUntilStopped");
    const { signals = true, ...start } = options;
    let count = 0;
    const unlisten = signals
      ? onStopSignals((signal) => {
        this.parts.options.logger.info(count === 0 ? "stopping" : "aborting what still runs", { signal });
        void this.stop(count++ === 0 ? {} : { drain: false });
      })
      : () => {};
    try {
      if (this.currentState === "stopped") await this.startInBackground(start);
      await this.#stopped.promise;
      await this.#stopping;
    } catch (error) {
      // Who stops a scheduler that waits for its store knows that it did not start.
      if (!this.#stopAsked.signal.aborted) throw error;
      await this.#stopping;
    } finally {
      unlisten();
    }
  }

  /**
   * Processes until nothing runs and nothing is due; with `until: "empty"` until no job and no coming fire is
   * left at all. Starts and stops itself unless it is already started.
   */
  async runUntilIdle(options: { readonly until?: IdleCondition } = {}): Promise<void> {
    check.refuseUnknownOptions(options, ["until"], "runUntilIdle");
    const { until = "idle" } = options;
    const startsHere = this.currentState === "stopped";
    if (startsHere) await this.#start({}, { patient: false });
    try {
      await untilIdle(this.parts.units, until, this.#stopAsked.signal);
    } finally {
      await (startsHere ? this.stop() : this.#stopping);
    }
  }

  /**
   * One bounded round for runtimes that only wake up now and then: processes what is due, runs what is ready,
   * and returns when that is done or the time is over. Throws `schedulerRunning` when it is started.
   */
  async tick(options: { readonly timeout?: DurationInput } = {}): Promise<TickResult> {
    check.refuseUnknownOptions(options, ["timeout"], "tick");
    const { clock } = this.parts.options;
    const timeoutMs = durationMs(options.timeout ?? { seconds: 25 }, "Option 'timeout' of tick");
    let finishedJobs = 0;
    const counting = this.subscribe(() => finishedJobs++, { types: "jobFinished", from: "here" });
    try {
      await this.#runOneTick(clock, timeoutMs);
    } finally {
      counting.unsubscribe();
    }
    const nextWakes = this.parts.units.all().map((unit) => unit.nextWakeMs).filter((ms) => ms !== null);
    return { finishedJobs, nextWake: instantOf(nextWakes.length === 0 ? null : Math.min(...nextWakes)) };
  }

  async #runOneTick(clock: Clock, timeoutMs: number): Promise<void> {
    this.ticks = true;
    try {
      await this.#start({}, { patient: false });
    } finally {
      this.ticks = false;
    }
    const over = new AbortController();
    const timer = clock.setTimer(() => over.abort(), timeoutMs);
    await untilIdle(this.parts.units, "idle", over.signal);
    timer.cancel();
    await this.stop({ drain: !over.signal.aborted });
  }

  /** Takes no more work until `resume`; what runs goes on. */
  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.parts.tell("schedulerPaused");
  }

  /** Takes work again. */
  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.parts.tell("schedulerResumed");
    for (const unit of this.parts.units.all()) unit.wake();
  }

  /**
   * Stops: takes no more work, lets running jobs finish or, after the timeout, aborts them and hands them back,
   * then closes the stores. Resolves when it has really stopped; calling it again waits for the same, and with
   * `drain: false` hurries it. It can be started again. A job that awaits it waits for itself, until the timeout.
   */
  stop(options: StopOptions = {}): Promise<void> {
    check.refuseUnknownOptions(options, ["drain", "timeout"], "stop");
    const { drain = true, timeout = { seconds: 30 } } = options;
    const timeoutMs = drain ? durationMs(timeout, "Option 'timeout' of stop") : 0;
    if (!drain) this.#abortStop.abort();
    this.#stopAsked.abort();
    this.#stopping ??= this.#stop(timeoutMs).finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  /** Deletes what has expired now, old events of the feed too, in small steps. Answers how many jobs and schedules. */
  async cleanup(): Promise<{ readonly jobs: number; readonly schedules: number }> {
    let jobs = 0;
    let schedules = 0;
    for (const unit of this.parts.units.all()) {
      await unit.open();
      let step: PruneAnswer;
      do {
        step = await unit.store.prune(500);
        jobs += step.jobs;
        schedules += step.schedules.length;
      } while (step.jobs > 0);
      while (await unit.store.pruneChanges(500) > 0);
    }
    return { jobs, schedules };
  }

  /** Adds a data store at run time. Throws `invalidOption` when the alias is taken. */
  async addStore(alias: string, store: DataStore): Promise<void> {
    // A start takes in the stores that it found when it began.
    await this.#starting;
    const unit = this.parts.addUnit(check.checkName(alias, "alias", "addStore"), store);
    if (this.currentState === "running") await this.#takeIn(alias, unit);
    this.parts.tell("storeAdded", { subject: alias });
  }

  async #takeIn(alias: string, unit: StoreUnit): Promise<void> {
    try {
      this.#leaves.set(unit, await unit.join());
    } catch (error) {
      this.parts.units.remove(alias);
      await unit.close();
      throw error;
    }
    if (this.currentState === "running") return unit.startLoops();
    // It has been stopped meanwhile, and did not know of this one yet.
    await this.#leave(unit);
    await unit.close();
  }

  /** Takes a data store out: what runs of it finishes first. Throws `unknownStore`. */
  async removeStore(alias: string): Promise<void> {
    const unit = this.parts.units.get(alias);
    await unit.stopLoops();
    await unit.runs.settled();
    await unit.results.close(
      new CarillonError("storeClosed", `The store '${alias}' was taken out while this was waited for`),
    );
    await unit.soloRuns.settled();
    await this.#leave(unit);
    this.parts.units.remove(alias);
    await unit.close();
    this.parts.tell("storeRemoved", { subject: alias });
  }

  /** Stops it and lets go of everything: what `await using` calls. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.parts.hub.close();
  }

  /** Never rejects: whoever waits for the end must get it. */
  async #stop(timeoutMs: number): Promise<void> {
    await this.#starting;
    const wasRunning = this.currentState !== "stopped";
    if (wasRunning) {
      this.currentState = "stopping";
      this.parts.tell("schedulerStopping");
    }
    try {
      await endWork(this.parts, timeoutMs, this.#abortStop.signal);
      await this.#leaveAll();
    } catch (error) {
      this.parts.options.logger.error("stopping went wrong", { error: messageOf(error) });
    }
    this.currentState = "stopped";
    if (wasRunning) this.parts.tell("schedulerStopped");
    await listenersSettled(this.parts);
    await letGo(this.parts);
    this.#stopped.resolve();
  }

  async #leaveAll(): Promise<void> {
    for (const unit of [...this.#leaves.keys()]) await this.#leave(unit);
  }

  async #leave(unit: StoreUnit): Promise<void> {
    const leave = this.#leaves.get(unit);
    this.#leaves.delete(unit);
    await leave?.();
  }
}
