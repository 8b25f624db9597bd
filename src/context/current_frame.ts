import { type ContextStorage, sharedContextStorage } from "./context_storage.ts";
import type { TaskContext } from "./task_context.ts";

/** What the calling code runs for. */
export interface Frame {
  readonly scheduler: object | undefined;
  readonly job: TaskContext | undefined;
}

// One storage for both: entering one is what a job that does little would spend most of its time on.
const storage: ContextStorage<Frame> = sharedContextStorage("frame");

/** What holds here; undefined outside of everything. */
export function currentFrame(): Frame | undefined {
  return storage.getStore();
}

/** Calls a function within which this holds. */
export function runInFrame<Result>(frame: Frame, fn: () => Result): Result {
  return storage.run(frame, fn);
}
