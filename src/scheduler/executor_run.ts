import { runInJobContext } from "../context/job_context.ts";
import { runInSchedulerContext } from "../context/scheduler_context.ts";
import type { TaskContext } from "../context/task_context.ts";
import { CarillonError } from "../errors.ts";
import type { Executor, ExecutorRun } from "../executors/executor.ts";
import type { Payload } from "../model/payload.ts";
import type { RunSettings } from "../model/settings.ts";
import type { RegisteredTask } from "../registry/registered_task.ts";
import { validateOutput } from "../registry/validate.ts";
import { encodePayload } from "../serializers/payload.ts";
import type { Environment } from "./environment.ts";
import type { JobRun } from "./run_table.ts";

/** A task with the checked input of one job. */
export interface ExecutedTask {
  readonly task: RegisteredTask;
  readonly input: unknown;
  /** The same as its schema is to check it again elsewhere. */
  readonly payload: Payload | null;
}

/** A run as the executor sees it; `local` is there once the function has returned in this process. */
export interface LocalRun extends ExecutorRun {
  local?: { readonly value: unknown };
}

/** The executor that a job asks for. Throws `unknownExecutor`. */
export function executorOf({ executor }: RunSettings, environment: Environment): Executor {
  const name = executor ?? environment.defaultExecutor;
  const found = environment.executors.get(name);
  if (found !== undefined) return found;
  const known = [...environment.executors.keys()].join(", ");
  throw new CarillonError("unknownExecutor", `Executor '${name}' is not configured; there is ${known}`);
}

/** One run for an executor: how to call the function here, and what another place needs to call it there. */
export function executorRun(
  { job, controller: { signal } }: JobRun,
  { task, input, payload }: ExecutedTask,
  context: TaskContext,
  { serializer, self }: Environment,
  started: () => void,
): LocalRun {
  const { id, taskName, attempt, scheduleId, fireTimeMs, runAtMs, metadata } = job;
  const inContext = () => runInJobContext(context, () => task.call(input, context));
  const request: LocalRun = {
    job: { id, taskName, attempt, scheduleId, fireTimeMs, runAtMs, metadata },
    input: payload,
    serializer: serializer.name,
    signal,
    async call() {
      started();
      const value = await validateOutput(task, await runInSchedulerContext(self, inContext));
      request.local = { value };
      return encodePayload(value, serializer);
    },
    started,
    log: (level, message, fields) => context.log[level](message, fields),
    progress: (done, total, message) => context.progress({ done, total }, message),
  };
  return request;
}
