import type { EndedRun } from "./ended_run.ts";
import type { Environment } from "../environment.ts";
import type { JobLoop } from "../claiming/job_loop.ts";
import { type JobRun, mayUnblockOthers } from "./job_run.ts";
import type { Poller } from "../store/poller.ts";
import type { RunsOver } from "./run_table.ts";
import type { ScheduleLoop } from "../schedules/schedule_loop.ts";
import type { TaskCache } from "../store/task_cache.ts";

/** What is to be done after runs stands on this. */
export interface FreedSlotsOptions {
  readonly environment: Environment;
  /** Whose runs these are. */
  readonly unit: { readonly alias: string; readonly tasks: TaskCache; wakeJobs(): void };
  readonly jobLoop: JobLoop;
  readonly scheduleLoop: ScheduleLoop;
  readonly pollers: { readonly jobs: Poller; readonly schedules: Poller };
  /** The incarnation whose lease holds; undefined while there is none. */
  readonly incarnation: () => number | undefined;
}

/** What the end of runs sets going: the claim of what waited for them, and schedules that count from their end. */
export class FreedSlots {
  readonly #options: FreedSlotsOptions;

  constructor(options: FreedSlotsOptions) {
    this.#options = options;
  }

  /** Asks for the claim that these ends call for, which then takes them along; answers whether it comes. */
  callClaim(ended: readonly EndedRun[]): boolean {
    const { environment, jobLoop, pollers: { jobs }, incarnation } = this.#options;
    // While the store fails, ends are tried again by themselves.
    if (!jobs.active || !jobLoop.works || environment.paused() || incarnation() === undefined) return false;
    const mayUnblockOthers = () =>
      ended.some(({ run, transition }) => this.#mayUnblockOthers(run, transition.to));
    const isNews = !jobLoop.backlogEmpty || ended.some(({ transition }) => transition.to !== "finished");
    if (jobLoop.claimedAll && !(isNews && mayUnblockOthers())) return false;
    jobLoop.noteWork();
    jobs.wake();
    return true;
  }

  /** Runs and the writing of their ends are over. */
  over(runs: readonly JobRun[], { claimed }: RunsOver): void {
    const { environment, unit, jobLoop, pollers: { jobs, schedules }, scheduleLoop } = this.#options;
    if (!claimed) {
      // Others may wait for a slot that such a run held; for the rest it is enough to look now and then.
      const isNews = !jobLoop.backlogEmpty || runs.some(({ ended }) => ended?.to !== "finished");
      if (!runs.some((run) => this.#mayUnblockOthers(run, run.ended?.to))) jobs.wakeSoon();
      else if (isNews) unit.wakeJobs();
    }
    environment.onFreed(claimed ? unit.alias : undefined);
    // Their schedules may count from this end (fixed delay).
    if (runs.some(({ job }) => scheduleLoop.mayFollowRun(job))) schedules.wake();
  }

  #mayUnblockOthers({ job }: JobRun, endedTo: Parameters<typeof mayUnblockOthers>[1]): boolean {
    return mayUnblockOthers(job, endedTo, this.#options.unit.tasks.get(job.taskName));
  }
}
