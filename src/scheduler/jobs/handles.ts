import type { MomentInput } from "../../time/moment.ts";
import type { ScheduleEditOptions } from "../schedules/schedule_edit.ts";
import type { Job } from "../views/job.ts";
import type { Schedule } from "../views/schedule.ts";

/** What the call that answered a handle did. */
export type AddOutcome = "added" | "deduplicated" | "replaced";

/** A job that was added: to wait for, to cancel, to look at. */
export interface JobHandle<Output = unknown> {
  /** The job's id. */
  readonly id: string;
  /** What the call did; `deduplicated` is about the job that was there already. */
  readonly outcome: AddOutcome;
  /**
   * Waits until it is finished and answers what it returned. Throws `jobFailed`, `jobTimedOut`,
   * `jobCancelled`, `jobMissedStartDeadline`, `jobAbandoned`, `jobParked` or `jobNotFound`; the task's own error
   * is the cause.
   */
  result(options?: WaitOptions): Promise<Output>;
  /** Cancels it: at once while it waits, by its signal while it runs. Answers whether there was anything to cancel. */
  cancel(reason?: string): Promise<boolean>;
  /** The job as it is now. Throws `jobNotFound`. */
  status(): Promise<Job>;
}

/**
 * Options of waiting for a job.
 *
 * @example Wait no longer than ten seconds; the job goes on
 * ```ts
 * import { Scheduler, task } from "carillon";
 *
 * const greet = task({ name: "greet", run: () => "hello" });
 * await using scheduler = new Scheduler({ tasks: [greet] });
 * await scheduler.startInBackground();
 * const job = await scheduler.addJob(greet);
 * console.assert(await job.result({ signal: AbortSignal.timeout(10_000) }) === "hello");
 * ```
 */
export interface WaitOptions {
  /** Gives the waiting up (not the job) when it is aborted. @default none */
  readonly signal?: AbortSignal;
}

/** A schedule that was stored: to look at, to change, to remove. */
export interface ScheduleHandle {
  /** The schedule's id. */
  readonly id: string;
  /** The schedule as it is now. Throws `scheduleNotFound`. */
  get(): Promise<Schedule>;
  /** Changes it. */
  update(change: ScheduleEditOptions): Promise<Schedule>;
  /** Stops it from firing until it is resumed. */
  pause(): Promise<Schedule>;
  /** Lets it fire again; the fires of the pause are owed unless told otherwise. */
  resume(options?: ResumeOptions): Promise<Schedule>;
  /** Adds a job of it now, outside its fire times. */
  runNow(): Promise<JobHandle>;
  /** Removes it; its jobs stay unless told otherwise. */
  remove(options?: RemoveScheduleOptions): Promise<void>;
}

/** Options of resuming a schedule. */
export interface ResumeOptions {
  /**
   * From where it goes on. Without it, the fires that fell into the pause are owed; with `"now"` or an instant,
   * those before it are given up. @default where it was paused
   */
  readonly resumeFrom?: "now" | MomentInput;
}

/** Options of removing a schedule. */
export interface RemoveScheduleOptions {
  /** What becomes of its unfinished jobs. @default "keep" */
  readonly jobs?: "keep" | "cancel";
}
