import type { MaybePromise } from "../../model/maybe_promise.ts";
import type { Batches } from "./batches/batches.ts";
import type { Environment } from "../environment.ts";
import type { Lease } from "../leases/lease.ts";
import { callTask, executorOf, runByExecutor } from "./executor_run.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { JobContext } from "./job_context.ts";
import type { JobRun } from "./job_run.ts";
import { type RunAnswer, throughMiddleware } from "./middleware_chain.ts";
import { RunGuards } from "./run_guards.ts";
import type { Prepared } from "./run_preparation.ts";
import type { RunResult } from "./run_transition.ts";

/** The parts that all attempts of a runner share. */
export interface AttemptParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly batches: Batches;
  readonly lease: Lease;
}

/**
 * Calls a task's function by its executor, with its context, time limit and watch for being stuck. Never throws; returns
 * a promise only where something is to be awaited. `guards` are given where its time counts already.
 */
export function attempt(
  run: JobRun,
  prepared: Prepared,
  parts: AttemptParts,
  guards: RunGuards = new RunGuards(run, prepared.settings, parts.environment, parts.gateway),
): MaybePromise<RunResult> {
  const { environment, gateway } = parts;
  const context = new JobContext(run, prepared, environment, gateway);
  let answer: MaybePromise<RunAnswer>;
  try {
    answer = hasMiddleware(prepared, environment)
      ? around(run, prepared, context, guards, parts)
      : callByExecutor(run, prepared, context, guards, parts);
  } catch (error) {
    return close(context, guards, { ok: false, error });
  }
  return answer instanceof Promise
    ? answeredLater(context, guards, answer)
    : close(context, guards, successOf(answer));
}

// A function that makes closures pays for them on every call: hence apart from what most runs go through.
function answeredLater(
  context: JobContext,
  guards: RunGuards,
  answer: Promise<RunAnswer>,
): Promise<RunResult> {
  return answer.then(
    (answer) => close(context, guards, successOf(answer)),
    (error: unknown) => close(context, guards, { ok: false, error }),
  );
}

function successOf({ payload, value }: RunAnswer): RunResult {
  return { ok: true, payload, value };
}

function close(context: JobContext, guards: RunGuards, result: RunResult): MaybePromise<RunResult> {
  guards.dispose();
  const closing = context.close();
  return closing === undefined ? result : resultAfter(closing, result);
}

async function resultAfter(closing: Promise<unknown>, result: RunResult): Promise<RunResult> {
  await closing;
  return result;
}

function hasMiddleware({ task }: Prepared, { use }: Environment): boolean {
  return use.length > 0 || task.use.length > 0;
}

/** Calls within the middleware of the scheduler and of the task; their time counts too. */
function around(
  run: JobRun,
  prepared: Prepared,
  context: JobContext,
  guards: RunGuards,
  parts: AttemptParts,
): Promise<RunAnswer> {
  const { environment: { use, self } } = parts;
  const { task, input } = prepared;
  guards.started();
  const call = async () => await callByExecutor(run, prepared, context, guards, parts);
  return throughMiddleware({ chain: [...use, ...task.use], context, input, scheduler: self, call });
}

function callByExecutor(
  run: JobRun,
  prepared: Prepared,
  context: JobContext,
  guards: RunGuards,
  { environment, batches, lease }: AttemptParts,
): MaybePromise<RunAnswer> {
  const executor = executorOf(prepared.settings, environment);
  // The lease may be over though its timer has not come yet: that aborts the run.
  lease.check();
  // It may have been asked to stop while its input was read: then it never starts.
  run.throwIfAborted();
  guards.waits();
  if (prepared.task.batch !== undefined) {
    return batches.run({ run, prepared, context, executor, guards });
  }
  if (!executor.callsDirectly) {
    return runByExecutor(executor, run, prepared, context, environment, guards.hasStarted);
  }
  guards.started();
  return callTask(prepared, context, environment);
}
