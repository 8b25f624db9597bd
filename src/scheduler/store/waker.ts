import type { Backlog } from "./backlog.ts";
import type { Poller } from "./poller.ts";
import type { RunFollowers } from "./run_followers.ts";

/** The loops of one store. */
export interface Pollers {
  /** Repeats {@linkcode JobLoop}. */
  readonly jobs: Poller;
  /** Repeats {@linkcode ScheduleLoop}. */
  readonly schedules: Poller;
  /** Repeats {@linkcode Housekeeping}. */
  readonly housekeeping: Poller;
  /** Repeats {@linkcode LeaseKeeper}. */
  readonly heartbeats: Poller;
  /** Repeats {@linkcode SoloRuns}, which claim the jobs of `runJob` on a scheduler that is not started. */
  readonly soloRuns: Poller;
}

/** Wakes the loops of one store when there may be work for them. */
export class Waker {
  readonly #pollers: Pollers;
  readonly #backlog: Backlog;
  readonly #followers: RunFollowers;

  constructor(pollers: Pollers, backlog: Backlog, followers: RunFollowers) {
    this.#pollers = pollers;
    this.#backlog = backlog;
    this.#followers = followers;
  }

  /** Looks for due schedules and for jobs to run now. */
  wake(): void {
    this.#followers.forget();
    this.wakeJobs();
    this.#pollers.schedules.wake();
  }

  /** Looks for jobs to run now. */
  wakeJobs(): void {
    this.#backlog.noteWork();
    this.#pollers.jobs.wake();
    this.#pollers.soloRuns.wake();
  }
}
