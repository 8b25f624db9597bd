import type { TaskContext } from "../context/task_context.ts";
import { CarillonError, messageOf } from "../errors.ts";
import type { JobRecord, JobTransition } from "../model/job_record.ts";
import { resolveRunSettings, type RunSettings } from "../model/settings.ts";
import type { TaskRecord } from "../model/task_record.ts";
import { decodePayload } from "../serializers/payload.ts";
import { durationMs } from "../time/duration.ts";
import { sleep } from "../time/clock.ts";
import type { Environment } from "./environment.ts";
import type { StoreGateway } from "./gateway/store_gateway.ts";
import { type ExecutedTask, executorOf, executorRun } from "./executor_run.ts";
import { jobContext } from "./job_context_of.ts";
import { LogKeeper } from "./log_keeper.ts";
import { type RunAnswer, throughMiddleware } from "./middleware_chain.ts";
import { ProgressReporter } from "./progress_reporter.ts";
import { RunGuards } from "./run_guards.ts";
import { type AbortCause, JobRun, type RunTable } from "./run_table.ts";
import { type RunResult, runTransition } from "./run_transition.ts";
import { storedInput } from "./stored_input.ts";

/** How long to wait before a failed write of a job's end is tried again. */
const END_RETRY_MS = { first: 100, max: 5000 };

/** What a job runner needs. */
export interface JobRunnerOptions {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly runs: RunTable;
  /** The task as stored, for what was set at run time. */
  readonly taskRecord: (name: string) => TaskRecord | undefined;
  /** The incarnation that is registered, whether or not its lease holds. */
  readonly registered: () => number | undefined;
}

interface Prepared extends ExecutedTask {
  readonly settings: RunSettings;
}

/** Runs claimed jobs: from the stored input to the stored end. */
export class JobRunner {
  readonly #options: JobRunnerOptions;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Starts a claimed job; it is in the run table until its end is written. */
  start(job: JobRecord, incarnation: number): JobRun {
    const run = new JobRun(job, incarnation);
    this.#options.runs.track(run, () => this.#work(run));
    return run;
  }

  /** Tells a run to stop. */
  abort(run: JobRun, cause: AbortCause): void {
    const codes = {
      timeout: "jobTimedOut",
      cancelled: "jobCancelled",
      leaseLost: "leaseLost",
      stopping: "schedulerStopped",
    } as const;
    run.abort(cause, new CarillonError(codes[cause.kind], cause.message, { details: { jobId: run.job.id } }));
  }

  /** The lease is lost: whatever runs must stop now. */
  leaseLost(reason: string): void {
    const { environment: { logger, publish, name, clock }, gateway, runs } = this.#options;
    logger.error("lease lost: everything that runs here is aborted", { store: gateway.alias, reason });
    publish({
      type: "leaseLost",
      atMs: clock.nowMs(),
      scheduler: name,
      subject: gateway.alias,
      error: reason,
    });
    const cause = { kind: "leaseLost", message: `The scheduler lost its lease: ${reason}` } as const;
    for (const run of runs.all()) this.abort(run, cause);
  }

  async #work(run: JobRun): Promise<void> {
    const { environment, gateway } = this.#options;
    const startMs = environment.clock.monotonicMs();
    const prepared = await this.#prepare(run.job);
    if (typeof prepared === "string") {
      environment.logger.warn("job parked", { job: run.job.id, task: run.job.taskName, reason: prepared });
      return await this.#end(run, { to: "parked", reason: prepared }, null);
    }
    gateway.jobs.tell("jobStarted", run.job);
    const { result, value } = await this.#execute(run, prepared);
    const durationMs = environment.clock.monotonicMs() - startMs;
    const transition = this.#transition(run, prepared, result, await run.termination ?? false);
    this.#log(run, transition, durationMs);
    const local = result.ok ? { value } : { error: result.error };
    await this.#end(run, transition, durationMs, local);
  }

  /** The task, its settings and its input; or why this process cannot run it. */
  async #prepare(job: JobRecord): Promise<Prepared | string> {
    if (job.undecodable !== undefined) return `the stored job cannot be read: ${job.undecodable}`;
    const task = this.#options.environment.registry.find(job.taskName);
    if (!task) return `this scheduler does not know task '${job.taskName}'`;
    const { serializer, defaults } = this.#options.environment;
    try {
      const stored = await storedInput(task, job, serializer);
      const record = this.#options.taskRecord(task.name);
      const settings = resolveRunSettings(job.overrides, record?.overrides, task.overrides, defaults);
      return { task, ...stored, settings };
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Calls the function by its executor, with its context, time limit and watch for being stuck. */
  async #execute(run: JobRun, prepared: Prepared): Promise<{ result: RunResult; value?: unknown }> {
    const { environment, gateway } = this.#options;
    const reporter = new ProgressReporter(
      environment.clock,
      (progress) =>
        gateway.jobs.progress(run.job, run.fence, progress).catch((error) => this.#debug(run, error)),
    );
    const keeper = new LogKeeper(environment.clock, (lines) => gateway.jobs.keepLog(run.job, "run", lines));
    const context = jobContext(run, environment, gateway, reporter, keeper);
    const guards = new RunGuards(run, prepared.settings, environment, {
      timeIsUp: (message) => this.abort(run, { kind: "timeout", message }),
      stillRunning: () => void this.terminate(run),
    });
    try {
      const request = executorRun(run, prepared, context, environment, () => guards.started());
      const executor = executorOf(prepared.settings, environment);
      run.terminate = async () => await executor.terminate?.(request) ?? false;
      const call = async (): Promise<RunAnswer> => {
        // It may have been told to stop while its input was read: then it never starts.
        run.controller.signal.throwIfAborted();
        guards.waits();
        const payload = await executor.run(request);
        const value = request.local ? request.local.value : decodePayload(payload, [environment.serializer]);
        return { payload, value };
      };
      const { payload, value } = await this.#around(prepared, context, guards, call);
      return { result: { ok: true, payload }, value };
    } catch (error) {
      return { result: { ok: false, error } };
    } finally {
      guards.dispose();
      await Promise.all([reporter.close(), keeper.close().catch((error) => this.#debug(run, error))]);
    }
  }

  /** Calls within the middleware of the scheduler and of the task, where there is any; their time counts too. */
  #around(
    { task, input }: Prepared,
    context: TaskContext,
    guards: RunGuards,
    call: () => Promise<RunAnswer>,
  ): Promise<RunAnswer> {
    const { use, self } = this.#options.environment;
    if (use.length + task.use.length === 0) return call();
    guards.started();
    return throughMiddleware({ chain: [...use, ...task.use], context, input, scheduler: self, call });
  }

  /**
   * Ends a run that ignored its signal, where its executor can, and answers whether it did; else the job is
   * reported stuck, once.
   */
  terminate(run: JobRun): Promise<boolean> {
    return run.termination ??= this.#terminate(run);
  }

  async #terminate(run: JobRun): Promise<boolean> {
    const { environment: { logger }, gateway } = this.#options;
    const fields = { job: run.job.id, task: run.job.taskName, reason: run.cause?.message ?? "" };
    try {
      if (await run.terminate()) {
        logger.warn("job terminated: it ignored its abort signal", fields);
        return true;
      }
    } catch (error) {
      logger.error("terminating a job failed", { ...fields, error: messageOf(error) });
    }
    gateway.jobs.tell("jobStuck", run.job, { reason: fields.reason });
    logger.warn("job is stuck: it ignores its abort signal and keeps its slot", fields);
    return false;
  }

  #transition(
    run: JobRun,
    { task, settings }: Prepared,
    result: RunResult,
    terminated: boolean,
  ): JobTransition {
    return runTransition({
      result,
      cause: run.cause,
      terminated,
      job: run.job,
      settings,
      retryIf: task.retryIf && ((error) => task.retryIf!(error, run.job.attempt)),
      customBackoffMs: task.backoff &&
        ((attempt, error) => durationMs(task.backoff!(attempt, error), "backoff")),
      random: this.#options.environment.random(),
    });
  }

  /**
   * Writes the end, as often as it takes: an end that is lost is a run in vain. Not beyond its registration; until
   * then the fence sees to it that nobody else's run is touched.
   */
  async #end(
    run: JobRun,
    transition: JobTransition,
    durationMs: number | null,
    local?: { readonly value?: unknown; readonly error?: unknown },
  ): Promise<void> {
    const { environment, gateway, registered } = this.#options;
    const ending = { job: run.job, fence: run.fence, transition, durationMs, ...(local ? { local } : {}) };
    for (let waitMs = END_RETRY_MS.first;; waitMs = Math.min(waitMs * 2, END_RETRY_MS.max)) {
      try {
        const [accepted] = await gateway.jobs.end([ending]);
        if (accepted) run.ended = transition;
        else {
          environment.logger.warn("job's end refused: somebody else took it over", { job: run.job.id });
        }
        return;
      } catch (error) {
        environment.logger.error("writing a job's end failed", { job: run.job.id, error: messageOf(error) });
        if (registered() !== run.fence.incarnation) return;
        await sleep(environment.clock, waitMs, undefined, { keepAlive: false });
      }
    }
  }

  #log(run: JobRun, transition: JobTransition, durationMs: number): void {
    const { logger } = this.#options.environment;
    const fields = {
      job: run.job.id,
      task: run.job.taskName,
      attempt: run.job.attempt,
      ms: Math.round(durationMs),
    };
    if (transition.to === "retry") {
      logger.warn("job failed and will be tried again", {
        ...fields,
        inMs: transition.delayMs,
        error: transition.error?.message,
      });
    } else if (transition.to === "finished" && transition.outcome !== "success") {
      logger.warn(`job ended: ${transition.outcome}`, { ...fields, error: transition.error?.message });
    } else {
      const what = { finished: "job succeeded", snooze: "job put itself off" } as const;
      logger.debug(what[transition.to as keyof typeof what] ?? "job handed back", fields);
    }
  }

  #debug(run: JobRun, error: unknown): void {
    this.#options.environment.logger.debug("progress or log was not written", {
      job: run.job.id,
      error: messageOf(error),
    });
  }
}
