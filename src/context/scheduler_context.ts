import { CarillonError } from "../errors.ts";
import { currentFrame, runInFrame } from "./current_frame.ts";

// The scheduler's own type lives in a layer above this one: here it is an object, and the scheduler's module
// gives it its type back.

/**
 * The scheduler that runs the calling code: within its jobs and what it calls back.
 *
 * Throws `noCurrentScheduler` outside.
 */
export function currentSchedulerObject(): object {
  const scheduler = tryCurrentSchedulerObject();
  if (scheduler !== undefined) return scheduler;
  throw new CarillonError(
    "noCurrentScheduler",
    "currentScheduler() was called outside a scheduler's work; call it within a task's function, " +
      "or pass the scheduler as an argument",
  );
}

/** The scheduler that runs the calling code, or undefined outside. */
export function tryCurrentSchedulerObject(): object | undefined {
  return currentFrame()?.scheduler;
}

/** Calls a function within which the current scheduler is this one. */
export function runInSchedulerContext<Result>(scheduler: object, fn: () => Result): Result {
  return runInFrame({ scheduler, job: currentFrame()?.job }, fn);
}
