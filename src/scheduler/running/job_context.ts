import { currentJobOf } from "../../context/job_facts.ts";
import type {
  CompleteIn,
  CurrentJob,
  JobLog,
  ReportProgress,
  TaskContext,
} from "../../context/task_context.ts";
import { messageOf } from "../../errors.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { methodsByLevel } from "../../model/logger.ts";
import { fieldOf, keysOf, textOf } from "../../untrusted.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { JobCompletion } from "./job_completion.ts";
import type { JobRun } from "./job_run.ts";
import { LogKeeper } from "./log_keeper.ts";
import { ProgressReporter } from "./progress_reporter.ts";
import type { Prepared } from "./run_preparation.ts";

/** The context that a task's function gets for one run; each part is made when the function asks for it. */
export class JobContext implements TaskContext {
  readonly #run: JobRun;
  readonly #prepared: Prepared;
  readonly #environment: Environment;
  readonly #gateway: StoreGateway;
  #job: CurrentJob | undefined;
  #log: JobLog | undefined;
  #progress: ReportProgress | undefined;
  #keeper: LogKeeper | undefined;
  #reporter: ProgressReporter | undefined;
  #completeIn: CompleteIn | undefined;
  #isClosed = false;

  constructor(run: JobRun, prepared: Prepared, environment: Environment, gateway: StoreGateway) {
    this.#run = run;
    this.#prepared = prepared;
    this.#environment = environment;
    this.#gateway = gateway;
  }

  get job(): CurrentJob {
    return this.#job ??= currentJobOf(this.#run.job, this.#run.parents, [this.#environment.serializer]);
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get log(): JobLog {
    return this.#log ??= this.#makeLog();
  }

  get progress(): ReportProgress {
    return this.#progress ??= this.#makeProgress();
  }

  get completeIn(): CompleteIn {
    return this.#completeIn ??= this.#makeCompletion();
  }

  /** The run has ended: writes the rest of its log and progress. Returns undefined where nothing is to be awaited. */
  close(): Promise<unknown> | undefined {
    this.#isClosed = true;
    if (this.#keeper === undefined && this.#reporter === undefined) return undefined;
    return Promise.all([
      this.#reporter?.close(),
      this.#keeper?.close().catch((error) =>
        this.#environment.logger.debug("the log of a job was not written", {
          job: this.#run.job.id,
          error: messageOf(error),
        })
      ),
    ]);
  }

  #makeLog(): JobLog {
    const { job } = this.#run;
    this.#keeper = new LogKeeper(this.#environment.clock, this.#gateway.jobs, job, "run");
    if (this.#isClosed) void this.#keeper.close();
    return jobLog(job, this.#environment, this.#gateway, this.#keeper);
  }

  #makeProgress(): ReportProgress {
    const reporter = this.#reporter = new ProgressReporter(
      this.#environment,
      this.#gateway.jobs,
      this.#run,
    );
    if (this.#isClosed) void reporter.close();
    return (progress, message) => reporter.report(progress, message);
  }

  #makeCompletion(): CompleteIn {
    const completion = new JobCompletion({
      run: this.#run,
      environment: this.#environment,
      gateway: this.#gateway,
      ...this.#prepared,
    });
    this.#run.completion = completion;
    return completion.writeIn;
  }
}

/** A job's own log: each line is published, kept with the job, and passed to the scheduler's logger. */
export function jobLog(
  record: JobRecord,
  { logger }: Environment,
  gateway: StoreGateway,
  keeper: LogKeeper,
): JobLog {
  const { id: job, taskName: task } = record;
  return methodsByLevel((level) => (said: string, given: Readonly<Record<string, unknown>> = {}) => {
    // A line of a log does not fail its job, whatever is logged.
    const message = typeof said === "string" ? said : textOf(said);
    const fields = Object.fromEntries(keysOf(given).map((key) => [key, fieldOf(given, key)]));
    gateway.jobs.log(record, level, message, fields);
    keeper.add(level, message, fields);
    logger[level](message, { job, task, ...fields });
  });
}
