import { CarillonError, type ErrorCode } from "../../errors.ts";
import type { JobOptions } from "../../model/job_options.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { refuseUnknownOptions } from "../../model/option_checks.ts";
import type { JobOutcome } from "../../model/states.ts";
import { revivedError } from "../../model/stored_error.ts";
import type { TaskReference } from "../../registry/task_types.ts";
import { decodePayload } from "../../serializers/payload.ts";
import type { Serializer } from "../../serializers/serializer.ts";
import { type DurationInput, durationMs } from "../../time/duration.ts";
import { instantOf } from "../../time/temporal.ts";
import type { Environment } from "../environment.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import type { JobResult } from "../views/job.ts";
import type { EndedJob } from "../waiting/job_wait.ts";
import type { WaitingJobs } from "../waiting/wait_graph.ts";
import { withParentErrors } from "./parent_errors.ts";
import type { JobPreparer, PreparedJob } from "./prepare_jobs.ts";

type FailedOutcome = Exclude<JobOutcome, "success">;

const codes: Readonly<Record<FailedOutcome, ErrorCode>> = {
  error: "jobFailed",
  timedOut: "jobTimedOut",
  cancelled: "jobCancelled",
  missedStartDeadline: "jobMissedStartDeadline",
  abandoned: "jobAbandoned",
};

/**
 * Options of waiting for a job.
 *
 * @example Wait no longer than ten seconds; the job continues
 * ```ts
 * import { Scheduler, task } from "carillon";
 *
 * const greet = task({ name: "greet", run: () => "hello" });
 * await using scheduler = new Scheduler({ tasks: [greet] });
 * await scheduler.startInBackground();
 * const job = await scheduler.addJob(greet);
 * console.assert(await job.result({ timeout: { seconds: 10 } }) === "hello");
 * ```
 */
export interface WaitOptions {
  /** Gives up waiting (not the job) when it is aborted. @default none */
  readonly signal?: AbortSignal;
  /** Gives up waiting (not the job) after this time, with `waitTimedOut`. @default none */
  readonly timeout?: DurationInput;
}

/** Options of {@linkcode Scheduler.runJob}. */
export interface RunJobOptions extends JobOptions {
  /** Gives up waiting (not the job, which continues) when it is aborted. @default none */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode Scheduler.getJobResult}. */
export interface JobResultOptions extends WaitOptions {
  /** False: throw `jobNotReady` at once for a job that is not finished. @default true */
  readonly wait?: boolean;
}

/** Waits for jobs, and resolves to their results. */
export class JobResults {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #waiting: WaitingJobs;
  readonly #preparer: JobPreparer;

  constructor(environment: Environment, units: StoreUnits, waiting: WaitingJobs, preparer: JobPreparer) {
    this.#environment = environment;
    this.#units = units;
    this.#waiting = waiting;
    this.#preparer = preparer;
  }

  /** Adds a job and waits for the value that it returns. Throws what adding throws, and the outcome of a failed job. */
  async run(reference: TaskReference, input: unknown, given?: RunJobOptions): Promise<unknown> {
    if (given?.signal === undefined) return await this.#run(reference, input, given);
    const { signal, ...options } = given;
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([this.#run(reference, input, options), aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #run(reference: TaskReference, input: unknown, options?: JobOptions): Promise<unknown> {
    const preparing = this.#preparer.one(reference, input, options);
    const prepared = preparing instanceof Promise ? await preparing : preparing;
    refuseToWait(prepared);
    const ended = await this.#addAndWait(prepared);
    return valueOf(existing(ended, prepared.job.id), this.#environment.serializer);
  }

  /** The result of a job. Throws `jobNotFound` and `jobNotReady`. */
  async get(id: string, options: JobResultOptions): Promise<JobResult> {
    refuseUnknownOptions(options, ["wait", "signal", "timeout"], "getJobResult");
    const { wait = true } = options;
    const { unit, record } = await this.#units.job(id);
    const { serializer } = this.#environment;
    if (record.state === "finished") return resultOf(record, serializer);
    if (!wait) {
      throw new CarillonError("jobNotReady", `Job ${id} is not finished: it is ${record.state}`, {
        details: { jobId: id, state: record.state },
        retryable: true,
      });
    }
    const ended = existing(await this.#wait(unit, id, options), id);
    if (ended.state !== "finished") valueOf(ended, serializer);
    return resultOf(ended, serializer);
  }

  /** Waits for the value that a job returns. Throws the outcome of a failed one, and `jobNotFound`. */
  async value(
    unit: StoreUnit,
    id: string,
    options: WaitOptions,
    pending: (() => boolean) | undefined,
  ): Promise<unknown> {
    refuseUnknownOptions(options, ["signal", "timeout"], "result");
    const ended = await this.#wait(unit, id, options, pending);
    return valueOf(existing(ended, id), this.#environment.serializer);
  }

  #addAndWait({ unit, task, job }: PreparedJob): Promise<EndedJob | undefined> {
    const { role, status } = this.#environment;
    const runsHere = status.state === "stopped" && (role === "both" || role === "worker");
    const awaited = { id: job.id, taskName: task.name, parentIds: job.parents?.ids ?? [] };
    return this.#waiting.during<EndedJob | undefined>(unit, awaited, () => {
      if (runsHere && task.code) {
        return withParentErrors(this.#units, unit, () => unit.soloRuns.run(job));
      }
      return unit.results.waitForNew(job, (call) => {
        if (job.parents === undefined) return unit.adder.enqueue(call);
        withParentErrors(this.#units, unit, () => unit.adder.add(job))
          .then((answer) => call.added([answer], 0), (error) => call.failed(error));
      });
    });
  }

  /** Waits for a job that was added before, no longer than the caller wants. */
  async #wait(
    unit: StoreUnit,
    id: string,
    { signal, timeout }: WaitOptions,
    pending?: () => boolean,
  ): Promise<JobRecord | undefined> {
    if (timeout === undefined) return await this.#waitUntil(unit, id, signal, pending);
    const timeoutMs = durationMs(timeout, "Option 'timeout' of a wait");
    const timedOut = new AbortController();
    const timer = this.#environment.clock.setTimer(
      () => timedOut.abort(tooLong(id, timeoutMs)),
      timeoutMs,
    );
    const signals = signal === undefined ? [timedOut.signal] : [signal, timedOut.signal];
    try {
      return await this.#waitUntil(unit, id, AbortSignal.any(signals), pending);
    } finally {
      timer.cancel();
    }
  }

  async #waitUntil(
    unit: StoreUnit,
    id: string,
    signal?: AbortSignal,
    pending?: () => boolean,
  ): Promise<JobRecord | undefined> {
    await unit.open();
    if (this.#waiting.current === undefined) return await unit.results.wait(id, signal, pending);
    const [job] = await unit.store.getJobs({ ids: [id] });
    if (!job || job.state === "finished") return await unit.results.wait(id, signal, pending);
    const parentIds = job.onParentFailure === null ? [] : undefined;
    return await this.#waiting.during(unit, { ...job, parentIds }, () => unit.results.wait(id, signal));
  }
}

/** The given record of a job. Throws `jobNotFound` where there is none. */
export function existing<Found>(found: Found | undefined, id: string): Found {
  if (found !== undefined) return found;
  throw new CarillonError("jobNotFound", `Job ${id} is gone: it was removed, or its retention has expired`, {
    details: { jobId: id },
  });
}

function tooLong(id: string, timeoutMs: number): CarillonError {
  return new CarillonError(
    "waitTimedOut",
    `Job ${id} was not finished after ${
      timeoutMs / 1000
    } seconds; it continues, and explain('${id}') returns what holds it up`,
    { details: { jobId: id, timeoutMs }, retryable: true },
  );
}

/** Refuses to wait for a job that is not there before a commit, or that another one may be returned for. */
function refuseToWait({ job, transaction }: PreparedJob): void {
  const option = job.identity ? "'idempotencyKey', 'unique' or 'debounce'" : "'transaction'";
  if (!job.identity && transaction === undefined) return;
  throw new CarillonError(
    "invalidOption",
    `runJob of task '${job.taskName}' cannot go with ${option}: call addJob, and await result() of its handle` +
      (job.identity ? "" : " after the commit"),
    { details: { taskName: job.taskName } },
  );
}

/** The value that a job returned. Throws the outcome of one that did not succeed, with the task's own error as the cause. */
function valueOf(job: EndedJob, serializer: Serializer): unknown {
  if (job.state === "parked") {
    throw new CarillonError("jobParked", `Job ${job.id} is parked: ${job.parkedReason ?? job.undecodable}`, {
      details: { jobId: job.id, taskName: job.taskName },
    });
  }
  const outcome = job.outcome ?? "error";
  if (outcome === "success") return decodePayload(job.value, [serializer]);
  throw new CarillonError(codes[outcome], sentence(job, outcome), {
    details: { jobId: job.id, taskName: job.taskName, outcome, attempt: job.attempt },
    cause: job.error ? revivedError(job.error) : undefined,
  });
}

/** The result of a finished job. */
function resultOf(job: JobRecord, serializer: Serializer): JobResult {
  return {
    jobId: job.id,
    taskName: job.taskName,
    outcome: job.outcome ?? "error",
    startedAt: instantOf(job.startedAtMs),
    finishedAt: instantOf(job.finishedAtMs ?? 0),
    value: decodePayload(job.value, [serializer]),
    error: job.error ?? undefined,
  };
}

function sentence(job: EndedJob, outcome: FailedOutcome): string {
  const of = `Job ${job.id} of task '${job.taskName}'`;
  const why = job.error ? `: ${job.error.message}` : "";
  switch (outcome) {
    case "error":
      return `${of} failed${why}`;
    case "timedOut":
      return `${of} ran into its timeout${why}`;
    case "cancelled":
      return `${of} was cancelled${why}`;
    case "missedStartDeadline":
      return `${of} was not started before its start deadline`;
    case "abandoned":
      return `${of} was abandoned${why}`;
    default:
      return outcome satisfies never;
  }
}
