import type { RunSettings } from "../../model/settings.ts";
import type { Timer } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";
import type { JobRun } from "./job_run.ts";

/** What run guards find out. */
export interface RunGuardHooks {
  /** The run took longer than its timeout. */
  timeIsUp(run: JobRun, message: string): void;
  /** The run was told to stop, and after its grace has not. */
  stillRunning(run: JobRun): void;
}

/** The time limit of one run, and the watch over it once it was told to stop. */
export class RunGuards {
  readonly #run: JobRun;
  readonly #timeoutMs: number | null;
  readonly #environment: Environment;
  readonly #hooks: RunGuardHooks;
  #timers: Timer[] | undefined;
  #isOver = false;
  /** How much of its time is left, and since when that has been counted. */
  #leftMs: number;
  #sinceMs = 0;
  #limit: Timer | undefined;

  constructor(run: JobRun, settings: RunSettings, environment: Environment, hooks: RunGuardHooks) {
    this.#run = run;
    this.#timeoutMs = settings.timeoutMs;
    this.#leftMs = settings.timeoutMs ?? Infinity;
    this.#environment = environment;
    this.#hooks = hooks;
    if (run.cause !== undefined) this.onAbort();
    else run.guards = this;
  }

  /** What an executor calls when the function starts. */
  get hasStarted(): () => void {
    return () => this.started();
  }

  /** The function, or what is around it, starts: its time counts from here. Does nothing while it does already. */
  started(): void {
    if (this.#timeoutMs === null || this.#limit !== undefined || this.#isOver) return;
    const message = `The job ran longer than its timeout of ${this.#timeoutMs / 1000} s`;
    const { clock } = this.#environment;
    this.#sinceMs = clock.monotonicMs();
    this.#limit = clock.setTimer(() => this.#hooks.timeIsUp(this.#run, message), this.#leftMs, {
      keepAlive: false,
    });
  }

  /** Its time does not count until it starts again: it waits for a place to run in. */
  waits(): void {
    if (this.#limit === undefined) return;
    this.#limit.cancel();
    this.#limit = undefined;
    this.#leftMs = Math.max(0, this.#leftMs - (this.#environment.clock.monotonicMs() - this.#sinceMs));
  }

  /** The run is over. */
  dispose(): void {
    this.#isOver = true;
    this.#run.guards = undefined;
    this.#limit?.cancel();
    this.#timers?.forEach((timer) => timer.cancel());
  }

  /** The run was told to stop. */
  onAbort(): void {
    this.#setTimer(() => this.#hooks.stillRunning(this.#run), this.#environment.abortGraceMs);
  }

  #setTimer(callback: () => void, delayMs: number): void {
    if (this.#isOver) return;
    const timer = this.#environment.clock.setTimer(callback, delayMs, { keepAlive: false });
    (this.#timers ??= []).push(timer);
  }
}
