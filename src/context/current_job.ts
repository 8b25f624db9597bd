import { CarillonError } from "../errors.ts";
import { currentFrame, runInFrame } from "./current_frame.ts";
import type { RunningJob, TaskContext } from "./task_context.ts";

/** The value of `currentJob()` for a context: the same each time. */
const running = new WeakMap<TaskContext, RunningJob>();

/**
 * The job that the calling code runs for, from anywhere below a task's function: across awaits, timers and
 * helper functions, and never another job's.
 *
 * Throws `noCurrentJob` outside a job; {@linkcode tryCurrentJob} returns undefined there.
 *
 * @example Name the job in a helper without passing it down
 * ```ts
 * import { task, tryCurrentJob } from "carillon";
 *
 * function label(): string {
 *   return `report for job ${tryCurrentJob()?.id ?? "none"}`;
 * }
 * const report = task({ name: "report", run: () => label() });
 * console.assert(report.name === "report" && label() === "report for job none");
 * ```
 */
export function currentJob(): RunningJob {
  const job = tryCurrentJob();
  if (job !== undefined) return job;
  throw new CarillonError(
    "noCurrentJob",
    "currentJob() was called outside a job; call it within a task's function, " +
      "use tryCurrentJob() where there may be none, and 'context.jobs' in a batch task",
  );
}

/**
 * The job that the calling code runs for, or undefined outside a job.
 *
 * @example Log to the job where there is one
 * ```ts
 * import { tryCurrentJob } from "carillon";
 *
 * function report(message: string): void {
 *   const log = tryCurrentJob()?.log ?? console;
 *   log.debug(message);
 * }
 * report("reading");
 * ```
 */
export function tryCurrentJob(): RunningJob | undefined {
  const context = currentFrame()?.job;
  return context === undefined ? undefined : running.get(context) ?? runningJob(context);
}

/** Calls a function within which `currentJob()` returns this job. */
export function runInJobContext<Result>(context: TaskContext, fn: () => Result): Result {
  return runInFrame({ scheduler: currentFrame()?.scheduler, job: context }, fn);
}

/** Made on demand: most functions take their second argument, or need neither. */
function runningJob(context: TaskContext): RunningJob {
  const { job, signal, log, progress, completeIn } = context;
  const made = Object.freeze({ ...job, signal, log, progress, completeIn });
  running.set(context, made);
  return made;
}

/** For functions about the running job. Throws `noCurrentJob` where none runs; `what` names the function. */
export function refuseOutsideJob(what: string): void {
  if (tryCurrentJob() !== undefined) return;
  throw new CarillonError(
    "noCurrentJob",
    `${what} was called outside a job; call it within a task's function, or what that calls`,
  );
}
