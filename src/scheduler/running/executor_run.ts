import { runInFrame } from "../../context/current_frame.ts";
import type { TaskContext } from "../../context/task_context.ts";
import { CarillonError } from "../../errors.ts";
import type { Executor, ExecutorRun } from "../../executors/executor.ts";
import { isPromiseLike, type MaybePromise } from "../../model/maybe_promise.ts";
import type { Payload } from "../../model/payload.ts";
import type { RunSettings } from "../../model/settings.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import { validateOutput } from "../../registry/validate.ts";
import { decodePayload, encodePayload } from "../../serializers/payload.ts";
import type { Serializer } from "../../serializers/serializer.ts";
import type { Environment } from "../environment.ts";
import type { JobRun } from "./job_run.ts";
import type { RunAnswer } from "./middleware_chain.ts";

/** A task with the checked input of one job. */
export interface ExecutedTask {
  readonly task: RegisteredTask;
  readonly input: unknown;
  /** The same before validation changed it, to be validated again in another thread or process. */
  readonly payload: Payload | null;
}

/** The executor that a job asks for. Throws `unknownExecutor`. */
export function executorOf({ executor }: RunSettings, environment: Environment): Executor {
  return environment.executors.get(executor);
}

/** Calls a task's function in this process, within the job's context. Returns a promise only where the task's code does. */
export function callTask(
  { task, input }: ExecutedTask,
  context: TaskContext,
  { serializer, self }: Environment,
): MaybePromise<RunAnswer> {
  const frame = { scheduler: self, job: context };
  const returned = runInFrame(frame, () => task.call(input, context));
  if (!isPromiseLike(returned)) return checked(task, returned, context, serializer);
  return Promise.resolve(returned).then((value) => checked(task, value, context, serializer));
}

function checked(
  task: RegisteredTask,
  returned: unknown,
  context: TaskContext,
  serializer: Serializer,
): MaybePromise<RunAnswer> {
  const value = validateOutput(task, returned);
  if (!(value instanceof Promise)) return encoded(value, serializer);
  // The function has ended: a schema that does not settle cannot keep the slot of a run that is to stop.
  return orAborted(value, context.signal).then((value) => encoded(value, serializer));
}

/** Settles as a promise does, or rejects with the signal's reason when it is aborted before. */
export function orAborted<Value>(coming: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  coming.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  return promise;
}

function encoded(value: unknown, serializer: Serializer): RunAnswer {
  return { payload: encodePayload(value, serializer), value };
}

/** Has an executor run the function, in this process or another; `started` is called when it begins. */
export async function runByExecutor(
  executor: Executor,
  run: JobRun,
  executed: ExecutedTask,
  context: TaskContext,
  environment: Environment,
  started: () => void,
): Promise<RunAnswer> {
  const { serializer } = environment;
  let local: RunAnswer | undefined;
  const request: ExecutorRun = {
    ...crossing(run, executed, context),
    serializer: serializer.name,
    async call() {
      started();
      local = await callTask(executed, context, environment);
      return local.payload;
    },
    started,
  };
  run.terminate = () => executor.terminate?.(request) ?? false;
  const payload: unknown = await executor.run(request);
  return local !== undefined && payload === local.payload ? local : answerOf(payload, serializer);
}

/** The answer that an executor returned. Throws for what is no payload, which the store could not take. */
export function answerOf(payload: unknown, serializer: Serializer): RunAnswer {
  if (typeof payload === "string") return { payload, value: decodePayload(payload, [serializer]) };
  if (payload === null || payload === undefined) return { payload: null, value: undefined };
  throw new CarillonError(
    "executorFailed",
    `The executor returned a value of type ${typeof payload}; it must return what 'call' resolves to`,
  );
}

/** The part of one job that crosses to the place where its function runs, and back. */
export type Crossing = Pick<ExecutorRun, "job" | "input" | "signal" | "log" | "progress">;

/** Returns the part of a run that crosses to another thread or process. */
export function crossing(run: JobRun, { payload }: ExecutedTask, context: TaskContext): Crossing {
  const { id, taskName, attempt, scheduleId, fireTimeMs, runAtMs, metadata } = run.job;
  return {
    job: {
      id,
      taskName,
      attempt,
      scheduleId,
      fireTimeMs,
      runAtMs,
      metadata,
      ...(run.parents === undefined ? {} : { parents: run.parents }),
    },
    input: payload,
    signal: run.signal,
    log: (level, message, fields) => context.log[level](message, fields),
    progress: (done, total, message) => context.progress({ done, total }, message),
  };
}
