import process from "node:process";
import { isCarillonError } from "../../src/errors.ts";
import type { Executor } from "../../src/executors/executor.ts";
import type { PoolOptions } from "../../src/executors/pool/pool_options.ts";
import { processes } from "../../src/executors/processes.ts";
import { worker } from "../../src/executors/worker_threads.ts";
import type { JobHandle } from "../../src/scheduler/jobs/handles.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import type { SchedulerOptions } from "../../src/scheduler/scheduler_options.ts";
import { crashes, deaf, exits, grows, holds, hot, rejects, where } from "./pool_tasks.ts";

/** The executors that have a pool, by name. */
export const pools: Readonly<Record<string, (options: PoolOptions) => Executor>> = { worker, processes };

/** The module that both sides import. */
export const modules = [new URL("./pool_tasks.ts", import.meta.url)];

/** A started scheduler on one executor. */
export async function start(executor: Executor, options: Partial<SchedulerOptions> = {}): Promise<Scheduler> {
  const scheduler = new Scheduler({
    tasks: [where, holds, deaf, hot, exits, crashes, rejects, grows],
    executors: { tested: executor },
    abortGrace: { milliseconds: 100 },
    ...options,
  });
  await scheduler.startInBackground();
  return scheduler;
}

/** The error that a job ended with. */
export async function errorOf(scheduler: Scheduler, job: JobHandle<unknown>) {
  await job.result().then(() => {
    throw new Error("the job succeeded");
  }, (error) => {
    if (!isCarillonError(error)) throw error;
  });
  const { outcome, error } = await scheduler.getJobResult(job.id);
  return { outcome, ...error };
}

/** Resolves with the process id that each of so many running jobs logs. */
export async function pidsOf(scheduler: Scheduler, count: number): Promise<readonly number[]> {
  const pids: number[] = [];
  for await (const event of scheduler.events("jobLog")) {
    pids.push(Number(event.fields?.["pid"]));
    if (pids.length === count) break;
  }
  return pids;
}

/** True if there is a process of this number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
