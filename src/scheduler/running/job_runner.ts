import { messageOf } from "../../errors.ts";
import type { JobRecord, JobTransition } from "../../model/job_record.ts";
import { isDebugEnabled, type Logger } from "../../model/logger.ts";
import type { MaybePromise } from "../../model/maybe_promise.ts";
import { durationMs as durationMsOf } from "../../time/duration.ts";
import type { Environment } from "../environment.ts";
import type { Lease } from "../leases/lease.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { TaskCache } from "../store/task_cache.ts";
import { Batches } from "./batches/batches.ts";
import type { EndWriter } from "./end_writer.ts";
import type { FreedSlots } from "./freed_slots.ts";
import { type AbortCause, JobRun } from "./job_run.ts";
import { attempt, type AttemptParts } from "./run_attempt.ts";
import { terminateRun } from "./run_guards.ts";
import { type Prepared, RunPreparation } from "./run_preparation.ts";
import type { RunTable } from "./run_table.ts";
import { type RunResult, runTransition, successTransition } from "./run_transition.ts";

/** The parts on which a job runner works. */
export interface JobRunnerParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly runs: RunTable;
  readonly tasks: TaskCache;
  readonly lease: Lease;
  readonly freed: FreedSlots;
  readonly ends: EndWriter;
}

/**
 * Runs claimed jobs: from the stored input to the stored end. A job whose code needs no waiting has ended when `start`
 * returns, but for the writing of its end.
 */
export class JobRunner {
  readonly #parts: JobRunnerParts;
  readonly #preparation: RunPreparation;
  readonly #attemptParts: AttemptParts;
  /** The batches in which jobs of batch tasks wait for each other. */
  readonly batches: Batches;

  constructor(parts: JobRunnerParts) {
    const { environment, gateway, lease, tasks } = parts;
    this.#parts = parts;
    this.#preparation = new RunPreparation(environment, tasks);
    this.batches = new Batches(environment);
    this.#attemptParts = { environment, gateway, lease, batches: this.batches };
  }

  /** Starts claimed jobs; each is in the run table until its end is written. */
  start(jobs: readonly JobRecord[], incarnation: number): readonly JobRun[] {
    const runs = jobs.map((job) => new JobRun(job, incarnation));
    // All are known before the first function is called: it may ask what runs, or cancel one of them.
    for (const run of runs) this.#parts.runs.add(run);
    for (const run of runs) this.#begin(run);
    return runs;
  }

  /** Asks a run to stop. */
  abort(run: JobRun, cause: AbortCause): void {
    run.abort(cause);
  }

  #begin(run: JobRun): void {
    try {
      const startMs = this.#parts.environment.clock.monotonicMs();
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
    const { parents } = await this.#parts.gateway.store.getParents(run.job.id);
    run.parents = parents.flatMap(({ id, taskName, outcome, value, error }) =>
      outcome === null ? [] : [{ id, taskName, outcome, value, error }]
    );
  }

  #run(run: JobRun, prepared: Prepared | string, startMs: number): MaybePromise<void> {
    const { environment: { logger }, gateway } = this.#parts;
    if (typeof prepared === "string") {
      logger.warn("job parked", { job: run.job.id, task: run.job.taskName, reason: prepared });
      return this.#end(run, { to: "parked", reason: prepared }, null);
    }
    gateway.jobs.publishStarted(run.job);
    const result = attempt(run, prepared, this.#attemptParts);
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
    const durationMs = this.#parts.environment.clock.monotonicMs() - startMs;
    if (run.completion?.isTried || run.termination !== undefined) {
      return this.#settle(run, prepared, result, durationMs);
    }
    this.#decide(run, prepared, result, durationMs, false);
  }

  /** Its function may have completed it within a transaction, or its executor is asked to end it: that comes first. */
  async #settle(run: JobRun, prepared: Prepared, result: RunResult, durationMs: number): Promise<void> {
    if (run.completion?.isTried && await this.#parts.ends.settle(run, run.completion, durationMs)) return;
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
    logEnd(this.#parts.environment.logger, run, transition, durationMs);
    this.#end(run, transition, durationMs, result);
  }

  #end(run: JobRun, transition: JobTransition, durationMs: number | null, local?: RunResult): void {
    const { job, fence } = run;
    const { scheduleSeq } = job;
    this.#parts.ends.add({ run, job, fence, transition, scheduleSeq, durationMs, local });
  }

  /** Its end is not written: the heartbeats find that it does not run, and hand it back. */
  #brokeOff(run: JobRun, error: unknown): void {
    const { environment: { logger }, freed } = this.#parts;
    logger.error("a run broke off", { job: run.job.id, error: messageOf(error) });
    freed.free([run]);
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
      random: this.#parts.environment.random(),
    });
  }

  /** Ends a run that ignored its signal. Resolves to false where its executor cannot. */
  terminate(run: JobRun): Promise<boolean> {
    return terminateRun(run, this.#parts.environment, this.#parts.gateway);
  }
}

/** Logs how a run ended. */
function logEnd(logger: Logger, { job }: JobRun, transition: JobTransition, durationMs: number): void {
  const fields = () => ({
    job: job.id,
    task: job.taskName,
    attempt: job.attempt,
    ms: Math.round(durationMs),
  });
  if (transition.to === "retry") {
    const { delayMs: inMs, error } = transition;
    logger.warn("job failed and will be tried again", { ...fields(), inMs, error: error?.message });
  } else if (transition.to === "finished" && transition.outcome !== "success") {
    logger.warn(`job ended: ${transition.outcome}`, { ...fields(), error: transition.error?.message });
  } else if (isDebugEnabled(logger)) {
    logger.debug(`job ${endWords[transition.to]}`, fields());
  }
}

const endWords = {
  finished: "succeeded",
  snooze: "snoozed",
  handBack: "handed back",
  parked: "parked",
} as const satisfies Record<Exclude<JobTransition["to"], "retry">, string>;
