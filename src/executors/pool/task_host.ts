import { storedError } from "../../model/stored_error.ts";
import { HostedRun } from "./hosted_run.ts";
import { type LoadedTasks, loadTasks } from "./loaded_tasks.ts";
import { decodeMessage, encodeMessage, type FromHost, type ToHost } from "./connection.ts";

/** What a task host needs of its thread or process. */
export interface TaskHostOptions {
  /** Sends a text; `sent` is called once it has left, or cannot. */
  readonly send: (text: string, sent?: () => void) => void;
  /** What counts against `recycleAfter.bytes`. */
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

  /** Does what the other end says. */
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

  /** Tells about an error that nobody caught; `told` is called once that has left. */
  crashed(error: unknown, told: () => void): void {
    this.#send({ type: "crashed", error: storedError(error) }, told);
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
