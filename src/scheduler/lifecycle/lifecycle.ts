import { CarillonError, messageOf } from "../../errors.ts";
import { refuseUnknownOptions } from "../../model/option_checks.ts";
import { type DurationInput, durationMs } from "../../time/duration.ts";
import { instantOf } from "../../time/temporal.ts";
import type { Environment, SchedulerStatus } from "../environment.ts";
import type { StoreUnits } from "../store_units.ts";
import { type IdleCondition, untilIdle } from "./idle.ts";
import { refuseInsideJob } from "./inside_job.ts";
import type { JoinedStores } from "./joined_stores.ts";
import { onStopSignals } from "./signals.ts";
import type { StartUp } from "./start.ts";
import type { ShutDown } from "./stop.ts";

/** Options of starting a scheduler. */
export interface StartOptions {
  /** Keep the process alive while the scheduler waits. @default true */
  readonly keepAlive?: boolean;
  /** Start, but take no work until `resume`. @default false */
  readonly paused?: boolean;
}

/** Options of {@linkcode Scheduler.runUntilStopped}. */
export interface RunUntilStoppedOptions extends StartOptions {
  /** Stop at SIGINT, SIGTERM and SIGHUP. @default true */
  readonly signals?: boolean;
}

/** Options of {@linkcode Scheduler.runUntilIdle}. */
export interface RunUntilIdleOptions {
  /** Return when nothing runs and nothing is due, or when no job and no coming fire is left. @default "idle" */
  readonly until?: IdleCondition;
}

/** Options of stopping a scheduler. */
export interface StopOptions {
  /** Let running jobs finish; otherwise they are aborted at once and handed back. @default true */
  readonly drain?: boolean;
  /** Time that they may take; then they are aborted and handed back. @default { seconds: 20 } */
  readonly timeout?: DurationInput;
  /** False: only asks it to stop and resolves at once, which is how one of its own jobs stops it. @default true */
  readonly wait?: boolean;
}

/** Options of {@linkcode Scheduler.tick}. */
export interface TickOptions {
  /** Time after which running jobs are aborted and handed back. @default { seconds: 25 } */
  readonly timeout?: DurationInput;
}

/** Result of one `tick`. */
export interface TickResult {
  /** Number of jobs that finished, whatever their outcome. */
  readonly finishedJobs: number;
  /** Instant at which there is something to do again; undefined when nothing is planned. */
  readonly nextWake: Temporal.Instant | undefined;
}

/** Starts, pauses and stops a scheduler: stopped → starting → running → stopping → stopped. */
export class Lifecycle {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #status: SchedulerStatus;
  readonly #stores: JoinedStores;
  readonly #startUp: StartUp;
  readonly #shutDown: ShutDown;
  #stopping: Promise<void> | undefined;
  #stopped = Promise.withResolvers<void>();
  /** Aborted when the runs that a stop waits for are to be aborted too. */
  #hurry = new AbortController();
  /** Aborted as soon as the scheduler is asked to stop. */
  #stopRequested = new AbortController();

  constructor(
    environment: Environment,
    units: StoreUnits,
    status: SchedulerStatus,
    stores: JoinedStores,
    startUp: StartUp,
    shutDown: ShutDown,
  ) {
    this.#environment = environment;
    this.#units = units;
    this.#status = status;
    this.#stores = stores;
    this.#startUp = startUp;
    this.#shutDown = shutDown;
  }

  /** Starts processing, as soon as the stores can be reached. Throws `schedulerRunning` and `invalidState`. */
  async startInBackground(options: StartOptions): Promise<void> {
    refuseUnknownOptions(options, ["keepAlive", "paused"], "startInBackground");
    await this.#start(options, { patient: true });
  }

  /** Processes until it is stopped, and starts first if need be. */
  async runUntilStopped(options: RunUntilStoppedOptions): Promise<void> {
    this.#refuseInsideJob("runUntilStopped()", "call it outside its jobs");
    refuseUnknownOptions(options, ["signals", "keepAlive", "paused"], "runUntilStopped");
    const { signals = true, ...start } = options;
    const unlisten = signals
      ? onStopSignals((signal, isSecond) => {
        this.#environment.logger.info(isSecond ? "aborting what still runs" : "stopping", { signal });
        void this.stop({ drain: !isSecond });
      })
      : () => {};
    try {
      if (this.#status.state === "stopped") await this.startInBackground(start);
      await this.#stopped.promise;
      await this.#stopping;
    } catch (error) {
      // A scheduler that is stopped while it waits for its store has not started; that is no failure.
      if (!this.#stopRequested.signal.aborted) throw error;
      await this.#stopping;
    } finally {
      unlisten();
    }
  }

  /** Processes until it is idle; starts and stops itself unless it is started. */
  async runUntilIdle(options: RunUntilIdleOptions): Promise<void> {
    this.#refuseInsideJob("runUntilIdle()", "call it outside its jobs");
    refuseUnknownOptions(options, ["until"], "runUntilIdle");
    const { until = "idle" } = options;
    const startsHere = this.#status.state === "stopped";
    if (startsHere) await this.#start({}, { patient: false });
    try {
      await untilIdle(this.#units, until, this.#stopRequested.signal);
    } finally {
      await (startsHere ? this.stop({}) : this.#stopping);
    }
  }

  /** One bounded round. Throws `schedulerRunning`. */
  async tick(options: TickOptions): Promise<TickResult> {
    this.#refuseInsideJob("tick()", "call it outside its jobs");
    refuseUnknownOptions(options, ["timeout"], "tick");
    const timeoutMs = durationMs(options.timeout ?? { seconds: 25 }, "Option 'timeout' of tick");
    let finishedJobs = 0;
    const counting = this.#environment.events.hub.subscribe(
      () => finishedJobs++,
      { types: "jobFinished", from: "own" },
    );
    try {
      await this.#runOneTick(timeoutMs);
    } finally {
      counting.unsubscribe();
    }
    const nextWakes = this.#units.all().map((unit) => unit.nextWakeMs).filter((ms) => ms !== null);
    return { finishedJobs, nextWake: instantOf(nextWakes.length === 0 ? null : Math.min(...nextWakes)) };
  }

  /** Takes no more work until `resume`; what runs continues. */
  pause(): void {
    if (this.#status.paused) return;
    this.#status.paused = true;
    this.#environment.events.publishOwn("schedulerPaused");
  }

  /** Takes work again. */
  resume(): void {
    if (!this.#status.paused) return;
    this.#status.paused = false;
    this.#environment.events.publishOwn("schedulerResumed");
    for (const unit of this.#units.all()) unit.wake();
  }

  /**
   * Stops and closes the stores. A second call waits for the same stop, and may hurry it. Rejects with `invalidOperation`
   * where a job would wait for its own end.
   */
  stop(options: StopOptions): Promise<void> {
    refuseUnknownOptions(options, ["drain", "timeout", "wait"], "stop");
    const { drain = true, timeout = { seconds: 20 }, wait = true } = options;
    try {
      if (wait) this.#refuseInsideJob("stop()", "call stop({ wait: false })");
    } catch (error) {
      return Promise.reject(error);
    }
    const timeoutMs = drain ? durationMs(timeout, "Option 'timeout' of stop") : 0;
    if (!drain) this.#hurry.abort();
    this.#stopRequested.abort();
    this.#stopping ??= this.#stop(timeoutMs).finally(() => {
      this.#stopping = undefined;
    });
    return wait ? this.#stopping : Promise.resolve();
  }

  #refuseInsideJob(call: string, instead: string): void {
    refuseInsideJob(this.#environment.self, this.#units.all(), call, instead);
  }

  /** A patient start waits for stores that cannot be reached, until it is stopped. */
  async #start(options: StartOptions, { patient }: { readonly patient: boolean }): Promise<void> {
    const { name, role, events } = this.#environment;
    const status = this.#status;
    if (status.state !== "stopped") {
      const message = `Scheduler '${name}' is already ${status.state}; await stop() before another start`;
      throw new CarillonError("schedulerRunning", message);
    }
    if (role === "client") {
      throw new CarillonError(
        "invalidState",
        "A scheduler with role 'client' is never started: it adds and reads",
      );
    }
    status.keepsAlive = options.keepAlive ?? true;
    status.paused = options.paused ?? status.paused;
    status.state = "starting";
    this.#stopped = Promise.withResolvers();
    this.#hurry = new AbortController();
    this.#stopRequested = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    status.starting = promise;
    try {
      events.publishOwn("schedulerStarting");
      await this.#startUp.run(patient ? this.#stopRequested.signal : undefined);
      status.state = "running";
      events.publishOwn("schedulerStarted");
    } catch (error) {
      await this.#stores.leaveAll();
      await this.#shutDown.release();
      status.state = "stopped";
      events.publishOwn("schedulerStopped", { error: messageOf(error) });
      throw error;
    } finally {
      status.starting = undefined;
      resolve();
    }
  }

  async #runOneTick(timeoutMs: number): Promise<void> {
    this.#status.ticking = true;
    try {
      await this.#start({}, { patient: false });
    } finally {
      this.#status.ticking = false;
    }
    const over = new AbortController();
    const timer = this.#environment.clock.setTimer(() => over.abort(), timeoutMs);
    await untilIdle(this.#units, "idle", over.signal);
    timer.cancel();
    await this.stop({ drain: !over.signal.aborted });
  }

  /** Never rejects: every caller that waits for the end must get it. */
  async #stop(timeoutMs: number): Promise<void> {
    const { events, logger } = this.#environment;
    const status = this.#status;
    await status.starting;
    const wasRunning = status.state !== "stopped";
    if (wasRunning) {
      status.state = "stopping";
      events.publishOwn("schedulerStopping");
    }
    try {
      await this.#shutDown.endWork(timeoutMs, this.#hurry.signal);
    } catch (error) {
      logger.error("stopping failed", { error: messageOf(error) });
    }
    status.state = "stopped";
    if (wasRunning) events.publishOwn("schedulerStopped");
    await this.#shutDown.listenersSettled();
    await this.#shutDown.release();
    this.#stopped.resolve();
  }
}
