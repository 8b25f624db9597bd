import { AsyncLocalStorage } from "node:async_hooks";
import { CarillonError } from "../errors.ts";
import { sharedState } from "../model/shared_state.ts";
import type { TaskContext } from "./task_context.ts";

/** The part of `AsyncLocalStorage` that is used: a value that follows calls, awaits and timers. */
export interface ContextStorage<Value> {
  /** The current value; undefined outside. */
  getStore(): Value | undefined;
  /** Calls a function within which the value is current. */
  run<Result>(value: Value, fn: () => Result): Result;
}

/** A storage that all copies of this package in the process share. */
export function sharedContextStorage<Value>(name: string): ContextStorage<Value> {
  return sharedState<ContextStorage<Value>>(`context.${name}`, () => new AsyncLocalStorage<Value>());
}

/** The scheduler and the job that the calling code runs for. */
export interface Frame {
  readonly scheduler: object | undefined;
  readonly job: TaskContext | undefined;
  /** True within the function of a batch task, where no job is the current one. */
  readonly inBatch?: boolean;
}

// One storage for both: entering one is what a job that does little would spend most of its time on.
const storage: ContextStorage<Frame> = sharedContextStorage("frame");

/** Returns the current frame; undefined outside of any scheduler. */
export function currentFrame(): Frame | undefined {
  return storage.getStore();
}

/** Calls a function within this frame. */
export function runInFrame<Result>(frame: Frame, fn: () => Result): Result {
  return storage.run(frame, fn);
}

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
