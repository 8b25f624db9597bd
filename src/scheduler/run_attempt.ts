import type { MaybePromise } from "../model/maybe_promise.ts";
import type { Batches } from "./batches/batches.ts";
import type { Environment } from "./environment.ts";
import { callTask, executorOf, runByExecutor } from "./executor_run.ts";
import type { StoreGateway } from "./gateway/store_gateway.ts";
import { JobContext } from "./job_context.ts";
import type { JobRun } from "./job_run.ts";
import { type RunAnswer, throughMiddleware } from "./middleware_chain.ts";
import { type RunGuardHooks, RunGuards } from "./run_guards.ts";
import type { Prepared } from "./run_preparation.ts";
import type { RunResult } from "./run_transition.ts";

/** What all attempts of a runner share. */
export interface AttemptParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly batches: Batches;
  readonly hooks: RunGuardHooks;
  /** Aborts what runs here if the lease is over, though its timer has not come yet. */
  readonly checkLease: () => void;
}

/**
 * Calls a task's function by its executor, with its context, time limit and watch for being stuck. Never throws; a
 * promise only where something is to be awaited.
 */
export function attempt(run: JobRun, prepared: Prepared, parts: AttemptParts): MaybePromise<RunResult> {
  const { environment, gateway, hooks } = parts;
  const context = new JobContext(run, prepared, environment, gateway);
  const guards = new RunGuards(run, prepared.settings, environment, hooks);
  const close = (result: RunResult): MaybePromise<RunResult> => {
    guards.dispose();
    return context.close()?.then(() => result) ?? result;
  };
  const succeed = ({ payload, value }: RunAnswer) => close({ ok: true, payload, value });
  const fail = (error: unknown) => close({ ok: false, error });
  let answer: MaybePromise<RunAnswer>;
  try {
    const execute = () => callByExecutor(run, prepared, context, guards, parts);
    answer = hasMiddleware(prepared, environment)
      ? around(prepared, context, guards, environment, execute)
      : execute();
  } catch (error) {
    return fail(error);
  }
  return answer instanceof Promise ? answer.then(succeed, fail) : succeed(answer);
}

function hasMiddleware({ task }: Prepared, { use }: Environment): boolean {
  return use.length > 0 || task.use.length > 0;
}

/** Calls within the middleware of the scheduler and of the task; their time counts too. */
function around(
  { task, input }: Prepared,
  context: JobContext,
  guards: RunGuards,
  { use, self }: Environment,
  execute: () => MaybePromise<RunAnswer>,
): Promise<RunAnswer> {
  guards.started();
  const call = async () => await execute();
  return throughMiddleware({ chain: [...use, ...task.use], context, input, scheduler: self, call });
}

function callByExecutor(
  run: JobRun,
  prepared: Prepared,
  context: JobContext,
  guards: RunGuards,
  { environment, batches, checkLease }: AttemptParts,
): MaybePromise<RunAnswer> {
  const executor = executorOf(prepared.settings, environment);
  checkLease();
  // It may have been told to stop while its input was read: then it never starts.
  run.throwIfAborted();
  guards.waits();
  if (prepared.task.batch !== undefined) {
    return batches.run({ run, prepared, context, executor, started: () => guards.started() });
  }
  if (!executor.callsDirectly) {
    return runByExecutor(executor, run, prepared, context, environment, () => guards.started());
  }
  guards.started();
  return callTask(prepared, context, environment);
}
