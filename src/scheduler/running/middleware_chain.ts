import { runInJobContext } from "../../context/current_job.ts";
import type { Middleware } from "../../context/middleware.ts";
import { runInSchedulerContext } from "../../context/current_frame.ts";
import type { MiddlewareJob, TaskContext } from "../../context/task_context.ts";
import { CarillonError } from "../../errors.ts";
import type { Payload } from "../../model/payload.ts";

/** The result of a run, encoded and as a value. */
export interface RunAnswer {
  readonly payload: Payload | null;
  readonly value: unknown;
}

/** A run with middleware around it. */
export interface MiddlewareRun {
  /** The outermost first. */
  readonly chain: readonly Middleware[];
  readonly context: TaskContext;
  readonly input: unknown;
  /** The scheduler that `currentScheduler()` returns. */
  readonly scheduler: object;
  /** Calls the function by its executor. */
  readonly call: () => Promise<RunAnswer>;
}

/**
 * Calls a function within its middleware. Settles as the function did, unless a middleware threw something else;
 * and never before the function has ended, whatever the middleware did.
 */
export function throughMiddleware(run: MiddlewareRun): Promise<RunAnswer> {
  const seen = jobSeen(run.context, run.input);
  return runInSchedulerContext(run.scheduler, () => runInJobContext(run.context, () => level(run, seen, 0)));
}

/** A job as code around its run sees it. */
export function jobSeen(context: TaskContext, input: unknown): MiddlewareJob {
  const { job, signal, log, progress, completeIn } = context;
  return Object.freeze({ ...job, signal, log, progress, completeIn, input });
}

async function level(run: MiddlewareRun, job: MiddlewareJob, depth: number): Promise<RunAnswer> {
  const middleware = run.chain[depth];
  if (middleware === undefined) return await run.call();
  let inner: Promise<RunAnswer> | undefined;
  let isOver = false;
  const next = () => {
    if (inner !== undefined || isOver) throw misused(middleware, isOver ? "after it had ended" : "twice");
    inner = level(run, job, depth + 1);
    const value = inner.then((answer) => answer.value);
    // It is waited for below, also where the middleware itself does not.
    value.catch(() => {});
    return value;
  };
  try {
    await middleware(job, next);
  } finally {
    isOver = true;
    await inner?.catch(() => {});
  }
  if (inner === undefined) {
    throw misused(
      middleware,
      "never",
      "; to keep the function from running, throw, or use cancel() or snooze()",
    );
  }
  return await inner;
}

function misused({ name }: Middleware, how: string, hint = ""): CarillonError {
  const which = name === "" ? "A middleware" : `Middleware '${name}'`;
  return new CarillonError("invalidTask", `${which} called next() ${how}; it must call it once${hint}`);
}
