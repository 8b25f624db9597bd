import { CarillonError, messageOf } from "../../errors.ts";
import type { JobRecord, JobTransition } from "../../model/job_record.ts";
import type { MaybePromise } from "../../model/maybe_promise.ts";
import type { RunOverrides } from "../../model/settings.ts";
import { durationMs as durationMsOf } from "../../time/duration.ts";
import { Batches } from "./batches/batches.ts";
import type { EndedRun } from "./ended_run.ts";
import { EndWriter } from "./end_writer.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { type AbortCause, JobRun } from "./job_run.ts";
import { logEnd } from "./log_end.ts";
import { attempt, type AttemptParts } from "./run_attempt.ts";
import { type Prepared, RunPreparation } from "./run_preparation.ts";
import type { RunTable } from "./run_table.ts";
import { type RunResult, runTransition, successTransition } from "./run_transition.ts";

/** What a job runner needs. */
export interface JobRunnerOptions {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly runs: RunTable;
  /** What was set about a task at run time. */
  readonly storedOverrides: (taskName: string) => RunOverrides | undefined;
  /** The incarnation that is registered, whether or not its lease holds. */
  readonly registered: () => number | undefined;
  /** Asks for the claim that these ends call for, if they do; answers whether one comes, which takes them along. */
  readonly callClaim: (ended: readonly EndedRun[]) => boolean;
  /** Aborts what runs here if the lease is over, though its timer has not come yet. */
  readonly checkLease: () => void;
}

const abortCodes = {
  timeout: "jobTimedOut",
  cancelled: "jobCancelled",
  leaseLost: "leaseLost",
  stopping: "schedulerStopped",
} as const;

/**
 * Runs claimed jobs: from the stored input to the stored end. A job whose code needs no waiting is over when `start`
 * returns, but for the writing of its end.
 */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #preparation: RunPreparation;
  readonly #parts: AttemptParts;
  /** What writes how runs end. */
  readonly ends: EndWriter;
  /** Where jobs of batch tasks wait for each other. */
  readonly batches: Batches;

  constructor(options: JobRunnerOptions) {
    const { environment, gateway, storedOverrides } = options;
    this.#options = options;
    this.#preparation = new RunPreparation(environment, storedOverrides);
    this.ends = new EndWriter(options);
    const message = "The scheduler stops";
    this.batches = new Batches(environment, (run) => this.abort(run, { kind: "stopping", message }));
    this.#parts = {
      environment,
      gateway,
      batches: this.batches,
      checkLease: options.checkLease,
      hooks: {
        timeIsUp: (run, message) => this.abort(run, { kind: "timeout", message }),
        stillRunning: (run) => void this.terminate(run),
      },
    };
  }

  /** Starts claimed jobs; each is in the run table until its end is written. */
  start(jobs: readonly JobRecord[], incarnation: number): readonly JobRun[] {
    const runs = jobs.map((job) => new JobRun(job, incarnation));
    // All are known before the first function is called: it may ask what runs, or cancel one of them.
    for (const run of runs) this.#options.runs.add(run);
    for (const run of runs) this.#begin(run);
    return runs;
  }

  /** Tells a run to stop. */
  abort(run: JobRun, cause: AbortCause): void {
    const { message, kind } = cause;
    run.abort(cause, new CarillonError(abortCodes[kind], message, { details: { jobId: run.job.id } }));
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

  #begin(run: JobRun): void {
    try {
      const startMs = this.#options.environment.clock.monotonicMs();
      const prepared = run.job.onParentFailure === null
        ? this.#preparation.of(run.job)
        : this.#preparedWithParents(run);
      const work = prepared instanceof Promise
        ? this.#runLater(run, prepared, startMs)
        : this.#run(run, prepared, startMs);
      if (work instanceof Promise) this.#watch(run, work);
    } catch (error) {
      this.#brokeOff(run, error);
    }
  }

  // A function that makes closures pays for them on every call: hence apart from what most runs go through.
  #watch(run: JobRun, work: Promise<void>): void {
    work.catch((error) => this.#brokeOff(run, error));
  }

  async #runLater(run: JobRun, prepared: Promise<Prepared | string>, startMs: number): Promise<void> {
    await this.#run(run, await prepared, startMs);
  }

  async #preparedWithParents(run: JobRun): Promise<Prepared | string> {
    await this.#readParents(run);
    return await this.#preparation.of(run.job);
  }

  async #readParents(run: JobRun): Promise<void> {
    const { parents } = await this.#options.gateway.store.getParents(run.job.id);
    run.parents = parents.flatMap(({ id, taskName, outcome, value, error }) =>
      outcome === null ? [] : [{ id, taskName, outcome, value, error }]
    );
  }

  #run(run: JobRun, prepared: Prepared | string, startMs: number): MaybePromise<void> {
    const { environment: { logger }, gateway } = this.#options;
    if (typeof prepared === "string") {
      logger.warn("job parked", { job: run.job.id, task: run.job.taskName, reason: prepared });
      return this.#end(run, { to: "parked", reason: prepared }, null);
    }
    gateway.jobs.tellStarted(run.job);
    const result = attempt(run, prepared, this.#parts);
    if (result instanceof Promise) return this.#endedLater(run, prepared, result, startMs);
    return this.#ended(run, prepared, result, startMs);
  }

  async #endedLater(
    run: JobRun,
    prepared: Prepared,
    result: Promise<RunResult>,
    startMs: number,
  ): Promise<void> {
    await this.#ended(run, prepared, await result, startMs);
  }

  #ended(run: JobRun, prepared: Prepared, result: RunResult, startMs: number): MaybePromise<void> {
    const durationMs = this.#options.environment.clock.monotonicMs() - startMs;
    if (run.completion?.isTried || run.termination !== undefined) {
      return this.#settle(run, prepared, result, durationMs);
    }
    this.#decide(run, prepared, result, durationMs, false);
  }

  /** Its function may have completed it within a transaction, or its executor is asked to end it: that comes first. */
  async #settle(run: JobRun, prepared: Prepared, result: RunResult, durationMs: number): Promise<void> {
    if (run.completion?.isTried && await this.ends.settle(run, run.completion, durationMs)) return;
    this.#decide(run, prepared, result, durationMs, await run.termination ?? false);
  }

  #decide(
    run: JobRun,
    prepared: Prepared,
    result: RunResult,
    durationMs: number,
    terminated: boolean,
  ): void {
    const transition = result.ok && run.cause === undefined
      ? successTransition(result.payload, prepared.settings)
      : this.#transition(run, prepared, result, terminated);
    logEnd(this.#options.environment.logger, run, transition, durationMs);
    this.#end(run, transition, durationMs, result);
  }

  #end(run: JobRun, transition: JobTransition, durationMs: number | null, local?: RunResult): void {
    const { job, fence } = run;
    const { scheduleSeq } = job;
    this.ends.add({ run, job, fence, transition, scheduleSeq, durationMs, local });
  }

  /** Its end is not written: the beats find that nobody runs it, and hand it back. */
  #brokeOff(run: JobRun, error: unknown): void {
    const { environment: { logger }, runs } = this.#options;
    logger.error("a run broke off", { job: run.job.id, error: messageOf(error) });
    runs.over([run]);
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
        ((attempt, error) => durationMsOf(task.backoff!(attempt, error), "backoff")),
      random: this.#options.environment.random(),
    });
  }

  /**
   * Ends a run that ignored its signal, where its executor can, and answers whether it did; else the job is
   * reported stuck, once.
   */
  terminate(run: JobRun): Promise<boolean> {
    return run.termination ??= this.#terminate(run);
  }

  async #terminate(run: JobRun): Promise<boolean> {
    const { environment: { logger, onFreed }, gateway } = this.#options;
    const fields = { job: run.job.id, task: run.job.taskName, reason: run.cause?.message ?? "" };
    try {
      if (await run.terminate?.()) {
        logger.warn("job terminated: it ignored its abort signal", fields);
        return true;
      }
    } catch (error) {
      logger.error("terminating a job failed", { ...fields, error: messageOf(error) });
    }
    gateway.jobs.tell("jobStuck", run.job, { reason: fields.reason });
    logger.warn("job is stuck: it ignores its abort signal and keeps its slot", fields);
    // Its executor may have opened another place.
    onFreed();
    return false;
  }
}
