import { storedError } from "../../../model/stored_error.ts";
import { HostedRun } from "./hosted_run.ts";
import { type LoadedTasks, loadTasks } from "./loaded_tasks.ts";
import { decodeMessage, encodeMessage, type FromHost, type ToHost } from "../connection.ts";

/** The functions of a thread or process that a task host uses. */
export interface TaskHostOptions {
  /** Sends a string; `sent` is called once it has left, or cannot. */
  readonly send: (text: string, sent?: () => void) => void;
  /** Returns the memory that counts against `recycleAfter.bytes`. */
  readonly memoryBytes: () => number;
}

/** Runs tasks in a thread or child process, one call at a time, for the scheduler at the other end. */
export class TaskHost {
  readonly #options: TaskHostOptions;
  #loaded: Promise<LoadedTasks> = loadTasks([]);
  #active: HostedRun | undefined;

  constructor(options: TaskHostOptions) {
    this.#options = options;
  }

  /** Handles a message of the other end. */
  receive(text: unknown): void {
    const message = decodeMessage<ToHost>(text);
    switch (message?.type) {
      case "load":
        this.#loaded = loadTasks(message.modules);
        return void this.#loaded.catch(() => {}).then(() => this.#send({ type: "ready" }));
      case "run":
        this.#send({ type: "began", run: message.run });
        return void this.#run(
          new HostedRun(message, this.#options.memoryBytes, (report) => this.#send(report)),
        );
      case "abort":
        return this.#active?.abort(message);
      case "ping":
        return this.#send({ type: "pong" });
      case undefined:
        return;
      default:
        message satisfies never;
    }
  }

  /** Reports an uncaught error; `sent` is called once the report has left. */
  crashed(error: unknown, sent: () => void): void {
    this.#send({ type: "crashed", error: storedError(error) }, sent);
  }

  async #run(run: HostedRun): Promise<void> {
    this.#active = run;
    let loaded: LoadedTasks;
    try {
      loaded = await this.#loaded;
    } catch (error) {
      return run.failed(error, true);
    }
    await run.call(loaded).catch((error) => run.failed(error));
  }

  #send(message: FromHost, sent?: () => void): void {
    this.#options.send(encodeMessage(message), sent);
  }
}
