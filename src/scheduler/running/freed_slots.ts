import { taskLimit } from "../../model/decisions.ts";
import type { JobRecord, JobTransition } from "../../model/job_record.ts";
import type { Environment } from "../environment.ts";
import type { Lease } from "../leases/lease.ts";
import type { Backlog } from "../store/backlog.ts";
import type { RunFollowers } from "../store/run_followers.ts";
import type { TaskCache } from "../store/task_cache.ts";
import type { Pollers, Waker } from "../store/waker.ts";
import type { EndedRun, JobRun } from "./job_run.ts";
import type { RunTable } from "./run_table.ts";

/** The parts on which freed slots work. */
export interface FreedSlotsParts {
  readonly environment: Environment;
  readonly alias: string;
  readonly runs: RunTable;
  readonly tasks: TaskCache;
  readonly lease: Lease;
  readonly backlog: Backlog;
  readonly followers: RunFollowers;
  readonly pollers: Pollers;
  readonly waker: Waker;
}

/** Starts what the end of runs calls for: the claim of jobs that waited for them, and schedules that count from it. */
export class FreedSlots {
  readonly #parts: FreedSlotsParts;

  constructor(parts: FreedSlotsParts) {
    this.#parts = parts;
  }

  /** Asks for the claim that these ends call for, which then writes them. Returns true if there will be one. */
  requestClaim(ended: readonly EndedRun[]): boolean {
    const { environment, backlog, pollers: { jobs }, lease } = this.#parts;
    // While the store fails, ends are tried again by themselves.
    if (!jobs.active || backlog.claimsFail || environment.status.paused || lease.incarnation === undefined) {
      return false;
    }
    if (backlog.claimedAll && !this.#isWorthClaiming(ended)) return false;
    backlog.noteWork();
    jobs.wake();
    return true;
  }

  /** True if a claim may find jobs that these ends let start. */
  #isWorthClaiming(ended: readonly EndedRun[]): boolean {
    const { backlog } = this.#parts;
    if (backlog.isEmpty && ended.every(({ transition }) => transition.to === "finished")) return false;
    return ended.some(({ job, transition }) => this.#mayUnblockOthers(job, transition.to));
  }

  /**
   * Runs and the writing of their ends are over: frees their slots. `claimed` is true if the step that wrote their ends has
   * taken already what may start in their place.
   */
  free(runs: readonly JobRun[], claimed = false): void {
    const { environment, alias, runs: table, followers, pollers } = this.#parts;
    table.remove(runs);
    if (!claimed) this.#wakeJobs(runs);
    environment.jobLoops.slotFreed(claimed ? alias : undefined);
    // Their schedules may count from this end (fixed delay).
    if (runs.some(({ job }) => followers.mayFollow(job))) pollers.schedules.wake();
    for (const run of runs) run.over();
  }

  /** Others may wait for a slot that such a run held; for the rest it is enough to look now and then. */
  #wakeJobs(runs: readonly JobRun[]): void {
    const { backlog, pollers, waker } = this.#parts;
    const mayUnblockOthers = runs.some(({ job, ended }) => this.#mayUnblockOthers(job, ended?.to));
    if (!mayUnblockOthers) return pollers.jobs.wakeSoon();
    if (!backlog.isEmpty || runs.some(({ ended }) => ended?.to !== "finished")) waker.wakeJobs();
  }

  /** True if jobs of this task may have waited for the end of a run, or the job itself continues. */
  #mayUnblockOthers(
    { scheduleSeq, concurrencyKey, taskName }: JobRecord,
    endedTo: JobTransition["to"] | undefined,
  ): boolean {
    return endedTo !== "finished" || scheduleSeq !== null || concurrencyKey !== null ||
      taskLimit(this.#parts.tasks.get(taskName)) !== null;
  }
}
