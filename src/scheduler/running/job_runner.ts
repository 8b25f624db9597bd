import { messageOf } from "../../errors.ts";
import { lostLeaseTransition } from "../../model/decisions.ts";
import type { JobRecord, JobTransition } from "../../model/job_record.ts";
import { isDebugEnabled, type Logger } from "../../model/logger.ts";
import { isPromiseLike, type MaybePromise } from "../../model/maybe_promise.ts";
import { refuseTooLarge } from "../../model/payload.ts";
import type { RunSettings } from "../../model/settings.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import { sleep, within } from "../../time/clock.ts";
import type { Environment } from "../environment.ts";
import type { Lease } from "../leases/lease.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { TaskCache } from "../store/task_cache.ts";
import { Batches } from "./batches/batches.ts";
import type { EndWriter } from "./end_writer.ts";
import { orAborted } from "./executor_run.ts";
import type { FreedSlots } from "./freed_slots.ts";
import { type AbortCause, JobRun } from "./job_run.ts";
import { attempt, type AttemptParts } from "./run_attempt.ts";
import { RunGuards, terminateRun } from "./run_guards.ts";
import { type Prepared, RunPreparation } from "./run_preparation.ts";
import type { RunTable } from "./run_table.ts";
import { type RunResult, runTransition, successTransition } from "./run_transition.ts";

/** Attempts to read the parents of a job before its run breaks off, and the first wait between two of them. */
const PARENTS_TRIES_MAX = 6;
const PARENTS_RETRY_MS = 100;
/** The longest wait for what user code decides about a run that has ended. */
const ANSWER_MAX_MS = 5000;

/** The part of a prepared run that decides about its end. */
interface Decisive {
  readonly task: RegisteredTask | undefined;
  readonly settings: RunSettings;
}

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

  /** Waits for a schema, a migration or the parents: within the time of the run, and no longer than it is to go on. */
  async #runLater(run: JobRun, coming: Promise<Prepared | string>, startMs: number): Promise<void> {
    const { environment, gateway } = this.#parts;
    const task = environment.registry.find(run.job.taskName);
    const settings = this.#preparation.settingsOf(run.job);
    const guards = new RunGuards(run, settings, environment, gateway);
    guards.started();
    try {
      const prepared = await orAborted(coming, run.signal);
      guards.waits();
      return await this.#run(run, prepared, startMs, guards);
    } catch (error) {
      guards.dispose();
      if (run.cause === undefined) throw error;
      const durationMs = environment.clock.monotonicMs() - startMs;
      await this.#decide(run, { task, settings }, { ok: false, error }, durationMs, false);
    }
  }

  async #preparedWithParents(run: JobRun): Promise<Prepared | string> {
    await this.#readParents(run);
    return await this.#preparation.of(run.job);
  }

  async #readParents(run: JobRun): Promise<void> {
    const { environment: { clock, logger }, gateway: { store } } = this.#parts;
    for (let tries = 1;; tries++) {
      try {
        const { parents } = await store.getParents(run.job.id);
        run.parents = parents.flatMap(({ id, taskName, outcome, value, error }) =>
          outcome === null ? [] : [{ id, taskName, outcome, value, error }]
        );
        return;
      } catch (error) {
        if (tries === PARENTS_TRIES_MAX || run.cause !== undefined) throw error;
        logger.debug("the parents of a job were not read", { job: run.job.id, error: messageOf(error) });
      }
      await sleep(clock, PARENTS_RETRY_MS * 2 ** (tries - 1), run.signal, { keepAlive: false });
    }
  }

  #run(run: JobRun, prepared: Prepared | string, startMs: number, guards?: RunGuards): MaybePromise<void> {
    const { environment: { logger }, gateway } = this.#parts;
    if (typeof prepared === "string") {
      guards?.dispose();
      logger.warn("job parked", { job: run.job.id, task: run.job.taskName, reason: prepared });
      return this.#end(run, { to: "parked", reason: prepared }, null);
    }
    run.hasBegun = true;
    gateway.jobs.publishStarted(run.job);
    const result = attempt(run, prepared, this.#attemptParts, guards);
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
    return this.#decide(run, prepared, result, durationMs, false);
  }

  /** Its function may have completed it within a transaction, or its executor is asked to end it: that comes first. */
  async #settle(run: JobRun, prepared: Prepared, result: RunResult, durationMs: number): Promise<void> {
    if (run.completion?.isTried && await this.#parts.ends.settle(run, run.completion, durationMs)) return;
    // Only the words of the end depend on it: an executor that never says so does not hold that up.
    const { clock } = this.#parts.environment;
    const ending = run.termination && within(clock, run.termination, ANSWER_MAX_MS, false);
    await this.#decide(run, prepared, result, durationMs, await ending ?? false);
  }

  #decide(
    run: JobRun,
    { task, settings }: Decisive,
    returned: RunResult,
    durationMs: number,
    terminated: boolean,
  ): MaybePromise<void> {
    const result = this.#bounded(run, returned);
    if (result.ok && run.cause === undefined) {
      return this.#finish(run, successTransition(result.payload, settings), durationMs, result);
    }
    const { random, logger, clock } = this.#parts.environment;
    const { job, cause } = run;
    const retryIf = (error: unknown) => {
      const is: unknown = task?.retryIf?.(error, job.attempt);
      return isPromiseLike(is) ? within(clock, Promise.resolve(is), ANSWER_MAX_MS, true) : is;
    };
    const transition = runTransition({
      result,
      cause,
      terminated,
      job,
      settings,
      retryIf: task?.retryIf && retryIf,
      backoff: task?.backoff,
      random: random(),
      warn: (option, error) =>
        logger.warn(`${option} of a task failed; the default applies`, {
          job: job.id,
          task: job.taskName,
          error: messageOf(error),
        }),
    });
    if (!(transition instanceof Promise)) return this.#finish(run, transition, durationMs, result);
    return transition.then((transition) => this.#finish(run, transition, durationMs, result));
  }

  #finish(run: JobRun, transition: JobTransition, durationMs: number, result: RunResult): void {
    logEnd(this.#parts.environment.logger, run, transition, durationMs);
    this.#end(run, transition, durationMs, result);
  }

  /** A result that is too large to be stored is an error, and no other attempt mends that. */
  #bounded({ job }: JobRun, result: RunResult): RunResult {
    const { maxResultBytes: max } = this.#parts.environment;
    if (!result.ok || result.payload === null || result.payload.length * 3 <= max) return result;
    try {
      refuseTooLarge(result.payload, {
        max,
        option: "maxResultBytes",
        what: `result of task '${job.taskName}'`,
      });
      return result;
    } catch (error) {
      return { ok: false, error, isFinal: true };
    }
  }

  #end(run: JobRun, transition: JobTransition, durationMs: number | null, local?: RunResult): void {
    const { job, fence } = run;
    const { scheduleSeq } = job;
    const earlier = run.completion?.isTried ? run.completion : undefined;
    this.#parts.ends.add({ run, job, fence, transition, scheduleSeq, durationMs, local, earlier });
  }

  /**
   * The engine itself failed around a run, or what it reads for it cannot be read. That counts, as an attempt once the
   * function was called and as a lost lease before, so that no job runs again forever.
   */
  #brokeOff(run: JobRun, error: unknown): void {
    const { job } = run;
    this.#parts.environment.logger.error("a run broke off", { job: job.id, error: messageOf(error) });
    const settings = this.#preparation.settingsOf(job);
    const transition = run.hasBegun
      ? runTransition({ result: { ok: false, error }, cause: run.cause, job, settings, random: 0 })
      : lostLeaseTransition(job, settings, `its run could not begin: ${messageOf(error)}`);
    this.#end(run, transition as JobTransition, null);
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
