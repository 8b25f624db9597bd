import { runInJobContext } from "../../../context/current_job.ts";
import { currentJobOf, jobProgress } from "../../../context/job_facts.ts";

import type {
  BatchContext,
  JobLog,
  MiddlewareJob,
  ProgressInput,
  TaskContext,
} from "../../../context/task_context.ts";
import { CarillonError, messageOf } from "../../../errors.ts";
import type { JobProgress } from "../../../model/job_record.ts";
import { methodsByLevel } from "../../../model/logger.ts";
import type { Payload } from "../../../model/payload.ts";
import { revivedError, storedError } from "../../../model/stored_error.ts";
import type { RegisteredTask } from "../../../registry/registered_task.ts";
import { batchResult, batchResults, validateInput, validateOutput } from "../../../registry/validate.ts";
import { decodePayload, encodePayload } from "../../../serializers/payload.ts";
import { richJson } from "../../../serializers/rich_json.ts";
import type { Serializer } from "../../../serializers/serializer.ts";
import type { Clock } from "../../../time/clock.ts";
import { systemClock } from "../../../time/system_clock.ts";
import { fieldOf, keysOf, textOf } from "../../../untrusted.ts";
import { Throttle, type ThrottledWork } from "../../../time/throttle.ts";
import type { JobMessage, JobReport, ToHost } from "../connection.ts";
import type { LoadedTasks } from "./loaded_tasks.ts";

type RunMessage = Extract<ToHost, { readonly type: "run" }>;
type AbortMessage = Extract<ToHost, { readonly type: "abort" }>;

/** One call of a task's function in a thread or child process, for one job or for a batch. */
export class HostedRun {
  readonly #message: RunMessage;
  readonly #jobs: readonly HostedJob[];
  /** Aborted once all jobs that are not over are to stop. */
  readonly #controller = new AbortController();

  constructor(message: RunMessage, memoryBytes: () => number, send: (report: JobReport) => void) {
    const { run, jobs } = message;
    this.#message = message;
    this.#jobs = jobs.map((job, index) =>
      new HostedJob(job, memoryBytes, (report) => send({ ...report, run, index }))
    );
  }

  abort({ run, index, reason }: AbortMessage): void {
    if (run !== this.#message.run) return;
    const error = revivedError(reason);
    this.#jobs[index]?.abort(error);
    if (!this.#jobs.some((job) => job.isLive)) this.#controller.abort(error);
  }

  /** Reports the failure of each job that has not ended yet. */
  failed(error: unknown, isUnusable = false): void {
    for (const job of this.#jobs) job.threw(error, isUnusable);
  }

  /** Calls the function, and reports how each job ended. Throws errors that are not of a single job. */
  async call(loaded: LoadedTasks): Promise<void> {
    const { isBatch, serializer, jobs: [first] } = this.#message;
    if (first === undefined) return;
    for (const job of this.#jobs) job.addSerializers(loaded.serializers);
    const task = loaded.task(first.job.taskName);
    const writer = loaded.serializer(serializer);
    if (isBatch) return await this.#callBatch(task, loaded, writer);
    const [job] = this.#jobs as [HostedJob];
    const input = await inputOf(task, job, loaded);
    await settle(job, task, writer, () => runInJobContext(job.context, () => task.call(input, job.context)));
  }

  async #callBatch(task: RegisteredTask, loaded: LoadedTasks, writer: Serializer): Promise<void> {
    const read = await Promise.all(this.#jobs.map(async (job) => {
      try {
        return [{ job, input: await inputOf(task, job, loaded) }];
      } catch (error) {
        job.threw(error);
        return [];
      }
    }));
    const members = read.flat();
    if (members.length === 0) return;
    const jobs = members.map(({ job, input }) => job.asMember(input));
    const context: BatchContext = { jobs, signal: this.#controller.signal };
    const answer = await task.call(members.map(({ input }) => input), context);
    const results = await batchResults(task, answer, members.length);
    await Promise.all(
      members.map(({ job }, index) => settle(job, task, writer, () => batchResult(results[index]))),
    );
  }
}

async function inputOf(task: RegisteredTask, { message }: HostedJob, loaded: LoadedTasks): Promise<unknown> {
  return await validateInput(task, decodePayload(message.input, loaded.serializers));
}

/** Reports how a job ended. */
async function settle(
  job: HostedJob,
  task: RegisteredTask,
  writer: Serializer,
  result: () => unknown,
): Promise<void> {
  try {
    const value = await validateOutput(task, await result());
    job.returned(encodePayload(value, writer));
  } catch (error) {
    job.threw(error);
  }
}

type WithoutPlace<Report> = Report extends unknown ? Omit<Report, "run" | "index"> : never;
/** A report, without the place of the job that it is about. */
export type OwnReport = WithoutPlace<JobReport>;

/**
 * One job that runs in a thread or child process. Its reports after its end are dropped: the next job would get them.
 */
export class HostedJob {
  readonly message: JobMessage;
  readonly context: TaskContext;
  readonly #controller = new AbortController();
  readonly #send: (report: OwnReport) => void;
  readonly #memoryBytes: () => number;
  readonly #progress: HostProgress;
  /** The serializers that its parents' values are read with. */
  readonly #serializers: Serializer[] = [];
  #isOver = false;

  constructor(message: JobMessage, memoryBytes: () => number, send: (report: OwnReport) => void) {
    this.message = message;
    this.#memoryBytes = memoryBytes;
    this.#send = (report) => {
      if (!this.#isOver) send(report);
    };
    this.#progress = new HostProgress(
      systemClock,
      ({ done, total, message }) => this.#send({ type: "progress", done, total, message }),
    );
    this.context = {
      job: currentJobOf(message.job, message.job.parents, this.#serializers),
      signal: this.#controller.signal,
      log: this.#log(),
      progress: (progress, message) => {
        if (!this.#isOver) this.#progress.report(progress, message);
      },
      completeIn: refuseElsewhere,
    };
  }

  /** True if it is neither over nor aborted. */
  get isLive(): boolean {
    return !this.#isOver && !this.#controller.signal.aborted;
  }

  /** Adds the serializers that the modules here export, once these are loaded. */
  addSerializers(serializers: readonly Serializer[]): void {
    this.#serializers.push(...serializers);
  }

  /** Returns the job as a batch function sees it. */
  asMember(input: unknown): MiddlewareJob {
    const { job, ...tools } = this.context;
    return Object.freeze({ ...job, ...tools, input });
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  returned(value: Payload | null): void {
    this.#end({ type: "returned", value, memoryBytes: this.#memoryBytes(), isUnusable: false });
  }

  threw(error: unknown, isUnusable = false): void {
    this.#end({ type: "threw", error: storedError(error), memoryBytes: this.#memoryBytes(), isUnusable });
  }

  #end(report: OwnReport): void {
    if (this.#isOver) return;
    this.#progress.flush();
    this.#send(report);
    this.#isOver = true;
  }

  #log(): JobLog {
    return methodsByLevel((level) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      const texts = keysOf(fields).map((key) => [key, fieldText(fieldOf(fields, key))] as const);
      this.#send({ type: "log", level, message: textOf(message), fields: Object.fromEntries(texts) });
    });
  }
}

/** The transaction is of this process, the job of the scheduler's. */
function refuseElsewhere(): Promise<never> {
  return Promise.reject(
    new CarillonError(
      "invalidState",
      "completeIn() works in the scheduler's own process only; let this task run in the event loop (executor 'default')",
    ),
  );
}

/** Encodes a field of a log line; what cannot cross goes as its message, as a log line must not fail the job. */
function fieldText(value: unknown): Payload | null {
  try {
    return encodePayload(value, richJson);
  } catch {
    return encodePayload(messageOf(value), richJson);
  }
}

/** Least time between two messages about a job's progress: a tight loop may report it. */
const SEND_EVERY_MS = 100;

/** Sends a job's latest progress now and then. */
export class HostProgress implements ThrottledWork {
  readonly #clock: Clock;
  readonly #send: (progress: JobProgress) => void;
  readonly #throttle: Throttle;
  #latest: JobProgress | undefined;

  constructor(clock: Clock, send: (progress: JobProgress) => void) {
    this.#clock = clock;
    this.#send = send;
    this.#throttle = new Throttle(clock, this, SEND_EVERY_MS);
  }

  /** Notes progress; the first one is sent at once. */
  report(input: ProgressInput, message?: string): void {
    this.#latest = jobProgress(input, message, this.#clock.nowMs());
    this.#throttle.ask();
  }

  /** Sends what is left. */
  flush(): void {
    this.#throttle.cancel();
    const latest = this.#latest;
    this.#latest = undefined;
    if (latest !== undefined) this.#send(latest);
  }
}
