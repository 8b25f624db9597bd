import { CarillonError } from "../errors.ts";
import type { JobOptions } from "../model/job_options.ts";
import type { JobRecord } from "../model/job_record.ts";
import { checkMetadata, checkPriority, refuseUnknownOptions } from "../model/option_checks.ts";
import type { Metadata } from "../model/payload.ts";
import type { InputArgs, InputOf, ResultOf, TaskReference } from "../registry/task_types.ts";
import type { JobCounts, JobFilter } from "../stores/job_store.ts";
import { type MomentInput, momentMs, momentOf } from "../time/moment.ts";
import type { AddedJob } from "./jobs/job_commands.ts";
import { found, refuseToWait, wrongState } from "./jobs/job_refusals.ts";
import { type EndedJob, resultOf, valueOf } from "./jobs/job_outcome.ts";
import { explainMissingParent } from "./jobs/missing_parent.ts";
import type { PreparedJob } from "./jobs/prepare_jobs.ts";
import { encodeInput } from "./jobs/task_input.ts";
import type { JobHandle, WaitOptions } from "./jobs/handles.ts";
import type { JobRequest, RequestedHandles } from "./jobs/job_request.ts";
import { SchedulerSchedules } from "./scheduler_schedules.ts";
import type { StoreUnit } from "./store_unit.ts";
import { type Job, type JobResult, jobView } from "./views/job.ts";

/** Which jobs `getJobs` answers; a missing key does not restrict. */
export interface JobsFilter extends Omit<JobFilter, "afterSeq"> {
  /** Alias of the store. @default all of them */
  readonly store?: string;
}

/** What `updateJob` can change about a waiting job; what is left out stays. */
export interface JobEditOptions {
  /** Not before this instant; `"now"` is at once. @default unchanged */
  readonly runAt?: "now" | MomentInput;
  /** @default unchanged */
  readonly priority?: number;
  /** Checked by the task's schema. @default unchanged */
  readonly input?: unknown;
  /** Replaces its metadata. @default unchanged */
  readonly metadata?: Metadata;
}

/**
 * What a scheduler can do about jobs.
 *
 * @example
 * ```ts
 * import { Scheduler, task } from "carillon";
 *
 * const greet = task({ name: "greet", run: () => "hello" });
 * await using scheduler = new Scheduler({ tasks: [greet] });
 * const job = await scheduler.addJob(greet);
 * await scheduler.runUntilIdle();
 * console.assert(await job.result() === "hello");
 * ```
 */
export abstract class SchedulerJobs extends SchedulerSchedules {
  /**
   * Adds a job: one run of a task, now or later. Resolves once it is stored durably; it runs wherever a worker
   * of the store is. Throws `unknownTask`, `invalidInput` or `invalidOption`.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const job = await scheduler.addJob(greet, undefined, { delay: { minutes: 5 } });
   * console.assert((await job.status()).state === "scheduled");
   * ```
   */
  async addJob<T extends TaskReference>(
    task: T,
    ...[input, options]: InputArgs<InputOf<T>, JobOptions>
  ): Promise<JobHandle<ResultOf<T>>> {
    return this.jobHandle(await this.parts.jobs.add(task, input, options)) as JobHandle<ResultOf<T>>;
  }

  /**
   * Adds one job for each input, or the requested jobs, which may wait for each other; all or none, in one step.
   * Throws what `addJob` throws, and `invalidOption` for jobs that wait for each other in a circle.
   */
  addJobs<T extends TaskReference>(
    task: T,
    inputs: readonly InputOf<T>[],
    options?: Omit<JobOptions, "id">,
  ): Promise<JobHandle<ResultOf<T>>[]>;
  addJobs<const Requests extends readonly JobRequest[]>(
    requests: Requests,
    options?: { readonly store?: string },
  ): Promise<RequestedHandles<Requests>>;
  async addJobs(
    tasks: TaskReference | readonly JobRequest[],
    inputs: readonly unknown[] | { readonly store?: string } = {},
    options?: Omit<JobOptions, "id">,
  ): Promise<JobHandle[]> {
    const { jobs } = this.parts;
    const added = Array.isArray(tasks)
      ? await jobs.addRequests(tasks, (inputs as { readonly store?: string }).store)
      : await jobs.addAll(tasks as TaskReference, inputs as readonly unknown[], options);
    return added.map((job) => this.jobHandle(job));
  }

  /**
   * Adds a job, waits until it is finished, and answers what the task returned. On a started scheduler any
   * worker of the store may take it; on one that is not started it runs here; with role `client` it waits for a
   * worker elsewhere.
   *
   * Throws what `addJob` throws, and `jobFailed`, `jobTimedOut`, `jobCancelled`, `jobMissedStartDeadline`,
   * `jobAbandoned`, `jobParked` or `jobWaitsForItself`; the task's own error is the cause.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const greeting: string = await scheduler.runJob(greet);
   * console.assert(greeting === "hello");
   * ```
   */
  async runJob<T extends TaskReference>(
    task: T,
    ...[input, options]: InputArgs<InputOf<T>, JobOptions>
  ): Promise<ResultOf<T>> {
    const preparing = this.parts.jobs.prepare(task, input, options);
    const prepared = preparing instanceof Promise ? await preparing : preparing;
    refuseToWait(prepared);
    const record = await this.#runAndWait(prepared);
    return valueOf(found(record, prepared.job.id), this.parts.options.serializer) as ResultOf<T>;
  }

  /** A job as it is now. Throws `jobNotFound`. */
  async getJob(id: string): Promise<Job> {
    return jobView((await this.parts.units.job(id)).record);
  }

  /** The jobs that match, newest first. */
  async getJobs({ store, ...filter }: JobsFilter = {}): Promise<Job[]> {
    return (await this.parts.jobs.list(filter, store)).map(jobView);
  }

  /** How many jobs there are in each state. */
  async countJobs(
    { store, ...filter }: Pick<JobsFilter, "taskName" | "scheduleId" | "store"> = {},
  ): Promise<JobCounts> {
    const units = store === undefined ? this.parts.units.all() : [this.parts.units.get(store)];
    const counts = await Promise.all(units.map(async (unit) => {
      await unit.open();
      return await unit.gateway.looks.countJobs(filter);
    }));
    return counts.reduce((sum, one) => ({
      scheduled: sum.scheduled + one.scheduled,
      blocked: sum.blocked + one.blocked,
      ready: sum.ready + one.ready,
      running: sum.running + one.running,
      parked: sum.parked + one.parked,
      finished: sum.finished + one.finished,
    }), { scheduled: 0, blocked: 0, ready: 0, running: 0, parked: 0, finished: 0 });
  }

  /**
   * What became of a job, any number of times until its retention is over. Waits for it unless told not to.
   * Throws `jobNotFound`, and `jobNotReady` with `wait: false`.
   */
  async getJobResult(
    id: string,
    options: WaitOptions & { readonly wait?: boolean } = {},
  ): Promise<JobResult> {
    const { unit, record } = await this.parts.units.job(id);
    const { serializer } = this.parts.options;
    if (record.state === "finished") return resultOf(record, serializer);
    if (options.wait === false) {
      throw new CarillonError("jobNotReady", `Job ${id} is not finished: it is ${record.state}`, {
        details: { jobId: id, state: record.state },
        retryable: true,
      });
    }
    const finished = found(await this.#wait(unit, id, options.signal), id);
    if (finished.state !== "finished") valueOf(finished, serializer);
    return resultOf(finished, serializer);
  }

  /**
   * Changes a waiting job. Throws `jobNotFound`, and `invalidState` when it runs or is finished.
   *
   * @example
   * ```ts
   * import { Scheduler, task } from "carillon";
   * import { z } from "zod";
   *
   * const mail = task({ name: "mail", input: z.string(), run: (to) => to });
   * await using scheduler = new Scheduler({ tasks: [mail] });
   * const { id } = await scheduler.addJob(mail, "ada", { delay: { hours: 1 } });
   * const metadata = { why: "asked by phone" };
   * const job = await scheduler.updateJob(id, { runAt: "now", priority: 5, input: "grace", metadata });
   * console.assert(job.priority === 5 && job.state === "ready");
   * ```
   */
  async updateJob(id: string, change: JobEditOptions): Promise<Job> {
    refuseUnknownOptions(change, ["runAt", "priority", "input", "metadata"], `the change of job ${id}`);
    const { unit, record } = await this.parts.units.job(id);
    const { runAt, priority, metadata } = change;
    const task = { name: record.taskName, code: this.parts.environment.registry.find(record.taskName) };
    const updated = await unit.gateway.jobs.update(id, {
      ...(runAt === undefined
        ? {}
        : { runAtMs: runAt === "now" ? null : momentMs(momentOf(runAt, "runAt"), this.timeZone) }),
      ...(priority === undefined ? {} : { priority: checkPriority(priority, `job ${id}`) }),
      ...("input" in change
        ? { input: (await encodeInput(task, change.input, this.parts.environment)).input }
        : {}),
      ...("input" in change && task.code ? { taskVersion: task.code.version } : {}),
      ...(metadata === undefined ? {} : { metadata: checkMetadata(metadata, `job ${id}`) }),
    });
    unit.wakeJobs();
    if (updated) return jobView(updated);
    throw wrongState(id, record, "changed", "it must be waiting");
  }

  /** Cancels a job: at once while it waits, by its signal while it runs, in whatever process. Throws `jobNotFound`. */
  async cancelJob(id: string, reason: string = "it was cancelled"): Promise<Job> {
    const { unit } = await this.parts.units.job(id);
    await unit.cancel([id], reason);
    return await this.getJob(id);
  }

  /** Runs a finished or parked job again, with a fresh retry budget. Throws `jobNotFound` or `invalidState`. */
  async retryJob(id: string): Promise<Job> {
    const { unit, record } = await this.parts.units.job(id);
    const [job] = await unit.gateway.jobs.retry([id]);
    unit.wakeJobs();
    if (job) return jobView(job);
    const why = jobView(record).parkedReason;
    throw wrongState(id, record, "retried", why ?? "it must be finished or parked");
  }

  /** Deletes a job and its result. Throws `jobNotFound`, and `invalidState` while it runs. */
  async removeJob(id: string): Promise<void> {
    const { unit, record } = await this.parts.units.job(id);
    const removed = await unit.gateway.jobs.remove([id]);
    unit.wakeJobs();
    if (removed.length === 0) {
      throw wrongState(id, record, "removed", "it must not be running; cancel it first");
    }
  }

  /** A handle of the job that a call added. */
  protected override jobHandle({ unit, id, outcome, pending }: AddedJob): JobHandle {
    return {
      id,
      outcome,
      result: async ({ signal } = {}) =>
        valueOf(found(await this.#wait(unit, id, signal, pending), id), this.parts.options.serializer),
      cancel: async (reason = "it was cancelled") => await unit.cancel([id], reason) > 0,
      status: () => this.getJob(id),
    };
  }

  #runAndWait({ unit, task, job }: PreparedJob): Promise<EndedJob | undefined> {
    const { units } = this.parts;
    const runsHere = this.currentState === "stopped" && (this.role === "both" || this.role === "worker");
    const awaited = { id: job.id, taskName: task.name, parentIds: job.parents?.ids ?? [] };
    return this.parts.waiting.during<EndedJob | undefined>(unit, awaited, () => {
      if (runsHere && task.code) return explainMissingParent(units, unit, () => unit.soloRuns.run(job));
      return unit.results.waitForNew(job, (call) => {
        if (job.parents === undefined) return unit.adder.enqueue(call);
        explainMissingParent(units, unit, () => unit.adder.add(job))
          .then((answer) => call.added([answer], 0), (error) => call.failed(error));
      });
    });
  }

  /** Waits for a job that was added before. */
  async #wait(
    unit: StoreUnit,
    id: string,
    signal?: AbortSignal,
    pending?: () => boolean,
  ): Promise<JobRecord | undefined> {
    await unit.open();
    const { waiting } = this.parts;
    if (waiting.current === undefined) return await unit.results.wait(id, signal, pending);
    const [job] = await unit.store.getJobs({ ids: [id] });
    if (!job || job.state === "finished") return await unit.results.wait(id, signal, pending);
    const parentIds = job.onParentFailure === null ? [] : undefined;
    return await waiting.during(unit, { ...job, parentIds }, () => unit.results.wait(id, signal));
  }
}
