import { currentJobOf } from "../../context/current_job_of.ts";
import type { MiddlewareJob } from "../../context/middleware.ts";
import type { JobLog, TaskContext } from "../../context/task_context.ts";
import { CarillonError, messageOf } from "../../errors.ts";
import type { LogLevel } from "../../model/logger.ts";
import type { Payload } from "../../model/payload.ts";
import { storedError } from "../../model/stored_error.ts";
import { encodePayload } from "../../serializers/payload.ts";
import { richJson } from "../../serializers/rich_json.ts";
import type { Serializer } from "../../serializers/serializer.ts";
import { systemClock } from "../../time/system_clock.ts";
import { HostProgress } from "./host_progress.ts";
import type { JobMessage, JobReport } from "./messages.ts";

type WithoutPlace<Report> = Report extends unknown ? Omit<Report, "run" | "index"> : never;
/** A report, without the place of the job that it is about. */
export type OwnReport = WithoutPlace<JobReport>;

/** One job that runs in a thread or child process. What it says after its end is not passed on: it would be another's. */
export class HostedJob {
  readonly message: JobMessage;
  readonly context: TaskContext;
  readonly #controller = new AbortController();
  readonly #send: (report: OwnReport) => void;
  readonly #memoryBytes: () => number;
  readonly #progress: HostProgress;
  /** What its parents' values are read with. */
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

  /** Whether it goes on: it is not over, nor was it told to stop. */
  get goesOn(): boolean {
    return !this.#isOver && !this.#controller.signal.aborted;
  }

  /** Tells the serializers that the modules here export, once these are loaded. */
  know(serializers: readonly Serializer[]): void {
    this.#serializers.push(...serializers);
  }

  /** As a batch function sees it. */
  seen(input: unknown): MiddlewareJob {
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
    const line = (level: LogLevel) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      const texts = Object.entries(fields).map(([key, value]) => [key, fieldText(value)] as const);
      this.#send({ type: "log", level, message: String(message), fields: Object.fromEntries(texts) });
    };
    return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  }
}

/** The transaction is one of this process, and the job is one of the scheduler's. */
function refuseElsewhere(): Promise<never> {
  return Promise.reject(
    new CarillonError(
      "invalidState",
      "completeIn() works in the scheduler's own process only; let this task run in the event loop (executor 'default')",
    ),
  );
}

/** A field of a log line; what cannot cross goes as its text, as a log line must not fail the job. */
function fieldText(value: unknown): Payload | null {
  try {
    return encodePayload(value, richJson);
  } catch {
    return encodePayload(messageOf(value), richJson);
  }
}
