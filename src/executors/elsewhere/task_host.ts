import { currentJobOf } from "../../context/current_job_of.ts";
import { runInJobContext } from "../../context/job_context.ts";
import type { JobLog, TaskContext } from "../../context/task_context.ts";
import { CarillonError, messageOf } from "../../errors.ts";
import type { Payload } from "../../model/payload.ts";
import { revivedError, storedError } from "../../model/stored_error.ts";
import { validateInput, validateOutput } from "../../registry/validate.ts";
import { decodePayload, encodePayload } from "../../serializers/payload.ts";
import { richJson } from "../../serializers/rich_json.ts";
import { systemClock } from "../../time/system_clock.ts";
import { HostProgress } from "./host_progress.ts";
import { type LoadedTasks, loadTasks } from "./loaded_tasks.ts";
import { type FromHost, messageOfText, messageText, type ToHost } from "./messages.ts";

/** What a task host needs of its thread or process. */
export interface TaskHostOptions {
  readonly send: (text: string) => void;
  /** What counts against `recycleAfter.bytes`. */
  readonly memoryBytes: () => number;
}

type RunMessage = Extract<ToHost, { readonly type: "run" }>;

/** Runs tasks in a thread or child process, one at a time, for the scheduler at the other end. */
export class TaskHost {
  readonly #options: TaskHostOptions;
  #loaded: Promise<LoadedTasks> = loadTasks([]);
  #controller = new AbortController();

  constructor(options: TaskHostOptions) {
    this.#options = options;
  }

  /** Does what the other end says. */
  receive(text: string): void {
    const message = messageOfText<ToHost>(text);
    switch (message.type) {
      case "load":
        this.#loaded = loadTasks(message.modules);
        return void this.#loaded.catch(() => {}).then(() => this.#send({ type: "ready" }));
      case "run":
        this.#controller = new AbortController();
        return void this.#run(message, this.#controller.signal);
      case "abort":
        return this.#controller.abort(revivedError(message.reason));
      case "ping":
        return this.#send({ type: "pong" });
    }
  }

  /** Tells about an error that nobody caught. */
  crashed(error: unknown): void {
    this.#send({ type: "crashed", error: storedError(error) });
  }

  async #run(message: RunMessage, signal: AbortSignal): Promise<void> {
    const progress = new HostProgress(
      systemClock,
      ({ done, total, message }) => this.#send({ type: "progress", done, total, message }),
    );
    let isUnusable = true;
    try {
      const loaded = await this.#loaded;
      isUnusable = false;
      const context = {
        job: currentJobOf(message.job),
        signal,
        log: this.#log(),
        progress: progress.report.bind(progress),
        completeIn: refuseElsewhere,
      };
      const value = await this.#call(loaded, message, context);
      progress.flush();
      this.#send({ type: "returned", value, memoryBytes: this.#options.memoryBytes() });
    } catch (error) {
      progress.flush();
      const memoryBytes = this.#options.memoryBytes();
      this.#send({ type: "threw", error: storedError(error), memoryBytes, isUnusable });
    }
  }

  async #call(
    loaded: LoadedTasks,
    { job, input, serializer }: RunMessage,
    context: TaskContext,
  ): Promise<Payload | null> {
    const task = loaded.task(job.taskName);
    const writer = loaded.serializer(serializer);
    const checked = await validateInput(task, decodePayload(input, loaded.serializers));
    const value = await runInJobContext(context, async () => await task.call(checked, context));
    return encodePayload(await validateOutput(task, value), writer);
  }

  #log(): JobLog {
    const line =
      (level: keyof JobLog) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
        const texts = Object.entries(fields).map(([key, value]) => [key, fieldText(value)] as const);
        this.#send({ type: "log", level, message, fields: Object.fromEntries(texts) });
      };
    return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  }

  #send(message: FromHost): void {
    this.#options.send(messageText(message));
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
