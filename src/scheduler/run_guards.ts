import type { RunSettings } from "../model/settings.ts";
import type { Timer } from "../time/clock.ts";
import type { Environment } from "./environment.ts";
import type { JobRun } from "./run_table.ts";

/** What run guards find out. */
export interface RunGuardHooks {
  /** The run took longer than its timeout. */
  timeIsUp(message: string): void;
  /** The run was told to stop, and after its grace has not. */
  stillRunning(): void;
}

/** The time limit of one run, and the watch over it once it was told to stop. */
export class RunGuards {
  readonly #run: JobRun;
  readonly #timeoutMs: number | null;
  readonly #environment: Environment;
  readonly #hooks: RunGuardHooks;
  readonly #timers: Timer[] = [];
  #isOver = false;
  #isStarted = false;

  constructor(run: JobRun, settings: RunSettings, environment: Environment, hooks: RunGuardHooks) {
    this.#run = run;
    this.#timeoutMs = settings.timeoutMs;
    this.#environment = environment;
    this.#hooks = hooks;
    const { signal } = run.controller;
    if (signal.aborted) this.#watch();
    else signal.addEventListener("abort", this.#watch, { once: true });
  }

  /** The function starts: its time counts from here. Does nothing the second time. */
  started(): void {
    if (this.#timeoutMs === null || this.#isStarted) return;
    this.#isStarted = true;
    const message = `The job ran longer than its timeout of ${this.#timeoutMs / 1000} s`;
    this.#setTimer(() => this.#hooks.timeIsUp(message), this.#timeoutMs);
  }

  /** The run is over. */
  dispose(): void {
    this.#isOver = true;
    this.#run.controller.signal.removeEventListener("abort", this.#watch);
    for (const timer of this.#timers) timer.cancel();
  }

  readonly #watch = () => {
    this.#setTimer(() => this.#hooks.stillRunning(), this.#environment.abortGraceMs);
  };

  #setTimer(callback: () => void, delayMs: number): void {
    if (this.#isOver) return;
    this.#timers.push(this.#environment.clock.setTimer(callback, delayMs, { keepAlive: false }));
  }
}
