import { currentJobOf } from "../context/current_job_of.ts";
import type { JobLog, TaskContext } from "../context/task_context.ts";
import type { JobRecord } from "../model/job_record.ts";
import type { Environment } from "./environment.ts";
import type { StoreGateway } from "./gateway/store_gateway.ts";
import type { LogKeeper } from "./log_keeper.ts";
import type { ProgressReporter } from "./progress_reporter.ts";
import type { JobRun } from "./run_table.ts";

/** What a task's function receives for one run. */
export function jobContext(
  run: JobRun,
  environment: Environment,
  gateway: StoreGateway,
  reporter: ProgressReporter,
  keeper: LogKeeper,
): TaskContext {
  const { job } = run;
  return {
    job: currentJobOf(job),
    signal: run.controller.signal,
    log: jobLog(job, environment, gateway, keeper),
    progress: (progress, message) => reporter.report(progress, message),
  };
}

/** A job's own log: each line is told, kept with the job, and goes to the scheduler's logger. */
export function jobLog(
  record: JobRecord,
  { logger }: Environment,
  gateway: StoreGateway,
  keeper: LogKeeper,
): JobLog {
  const { id: job, taskName: task } = record;
  const line =
    (level: "debug" | "info" | "warn" | "error") =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      gateway.jobs.log(record, level, message, fields);
      keeper.add(level, message, fields);
      logger[level](message, { job, task, ...fields });
    };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
