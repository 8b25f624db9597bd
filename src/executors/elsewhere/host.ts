import { CarillonError } from "../../errors.ts";
import type { Payload } from "../../model/payload.ts";
import { revivedError, storedError } from "../../model/stored_error.ts";
import { decodePayload } from "../../serializers/payload.ts";
import { type Clock, sleep } from "../../time/clock.ts";
import type { ExecutorRun } from "../executor.ts";
import type { Connection, OpenConnection } from "./connection.ts";
import { type FromHost, messageOfText, messageText, type ToHost } from "./messages.ts";

interface ActiveRun {
  readonly run: ExecutorRun;
  readonly resolve: (value: Payload | null) => void;
  readonly reject: (error: unknown) => void;
}

/** One thread or child process, and the run that it has. */
export class Host {
  readonly #connection: Connection;
  readonly #over = Promise.withResolvers<void>();
  readonly #ready = new AbortController();
  #active: ActiveRun | undefined;
  #crash: Error | undefined;
  #onPong: () => void = () => {};
  #isOver = false;
  #isTerminated = false;
  /** How many runs it has ended. */
  runs = 0;
  /** What it used after the last run. */
  memoryBytes = 0;
  /** It can run nothing. */
  isUnusable = false;

  constructor(open: OpenConnection, modules: readonly string[]) {
    this.#connection = open({
      onText: (text) => this.#receive(messageOfText<FromHost>(text)),
      onEnd: (how, error) => this.#end(how, error),
    });
    this.#send({ type: "load", modules });
  }

  /** Settles when it has ended. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves when it can run something, or has ended. Rejects with the signal's reason when it is aborted before. */
  async ready(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const either = AbortSignal.any([this.#ready.signal, signal]);
    if (either.aborted) resolve();
    either.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    if (!this.#ready.signal.aborted) throw signal.reason;
  }

  /** Runs a task; settles when its function has ended, or the thread or process has. */
  async run(run: ExecutorRun): Promise<Payload | null> {
    const { promise, resolve, reject } = Promise.withResolvers<Payload | null>();
    const { job, input, serializer, signal } = run;
    const abort = () => this.#send({ type: "abort", reason: storedError(signal.reason) });
    this.#active = { run, resolve, reject };
    this.#send({ type: "run", job, input, serializer });
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    try {
      if (this.#isOver) throw this.#failure("before it could begin", undefined);
      return await promise;
    } finally {
      signal.removeEventListener("abort", abort);
      this.#active = undefined;
      this.runs++;
    }
  }

  /** Whether its event loop turns: within this time it answers. */
  async isResponsive(clock: Clock, withinMs: number): Promise<boolean> {
    const answered = new AbortController();
    this.#onPong = () => answered.abort();
    this.#send({ type: "ping" });
    await sleep(clock, withinMs, answered.signal);
    return answered.signal.aborted;
  }

  /** Whether it keeps this process alive. */
  hold(isHeld: boolean): void {
    if (!this.#isOver) this.#connection.hold(isHeld);
  }

  /** Ends it while it runs nothing. */
  async end(): Promise<void> {
    // Whoever waits for the end must not be cut off by the end of this process.
    this.hold(true);
    if (!this.#isOver) this.#connection.end();
    await this.over;
  }

  /** Ends it, whatever it does; the run fails. */
  async terminate(): Promise<void> {
    this.#isTerminated = true;
    if (!this.#isOver) this.#connection.kill();
    await this.over;
  }

  #send(message: ToHost): void {
    if (!this.#isOver) this.#connection.send(messageText(message));
  }

  #receive(message: FromHost): void {
    switch (message.type) {
      case "ready":
        return this.#ready.abort();
      case "pong":
        return this.#onPong();
      case "crashed":
        this.#crash = revivedError(message.error);
        return;
      case "log":
        return this.#active?.run.log(message.level, message.message, decodedFields(message.fields));
      case "progress":
        return this.#active?.run.progress(message.done, message.total, message.message ?? undefined);
      case "returned":
        this.memoryBytes = message.memoryBytes;
        return this.#active?.resolve(message.value);
      case "threw":
        this.memoryBytes = message.memoryBytes;
        this.isUnusable = message.isUnusable;
        return this.#active?.reject(revivedError(message.error));
    }
  }

  #end(how: string, error: unknown): void {
    this.#isOver = true;
    this.#ready.abort();
    this.#active?.reject(this.#failure(how, error));
    this.#over.resolve();
  }

  #failure(how: string, error: unknown): CarillonError {
    const { name } = this.#connection;
    const task = this.#active?.run.job.taskName ?? "";
    if (this.#isTerminated) {
      return new CarillonError("executorFailed", `The ${name} that ran task '${task}' was terminated`);
    }
    const cause = this.#crash ?? error;
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    return new CarillonError(
      "executorFailed",
      `The ${name} that ran task '${task}' ended ${how} before the task did${why}`,
      { retryable: true, cause },
    );
  }
}

function decodedFields(fields: Readonly<Record<string, Payload | null>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, text]) => [key, decodePayload(text)]));
}
