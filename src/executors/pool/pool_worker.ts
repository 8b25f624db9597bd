import { CarillonError, messageOf } from "../../errors.ts";
import type { Payload } from "../../model/payload.ts";
import { revivedError, storedError } from "../../model/stored_error.ts";
import { decodePayload } from "../../serializers/payload.ts";
import { type Clock, sleep } from "../../time/clock.ts";
import type { BatchedRun, ExecutorRun } from "../executor.ts";
import {
  type Connection,
  decodeMessage,
  encodeMessage,
  type FromHost,
  type HostState,
  type JobReport,
  type OpenConnection,
  type ToHost,
} from "./connection.ts";

/** The longest time that importing the modules may take. */
const START_LIMIT_MS = 60_000;

interface ActiveRun {
  readonly number: number;
  readonly jobs: readonly BatchedRun[];
  /** Number of them that have not ended. */
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One thread or child process, and the run that it has. */
export class PoolWorker {
  readonly #connection: Connection;
  readonly #over = Promise.withResolvers<void>();
  /** Aborted when it can run something, or has ended. */
  readonly #starting = new AbortController();
  #isReady = false;
  #active: ActiveRun | undefined;
  #hasBegun = false;
  #taskName = "";
  #crash: Error | undefined;
  /** The way it ended, and the error that its connection reported. */
  #ending: { readonly how: string; readonly error: unknown } | undefined;
  #onPong: () => void = () => {};
  #isTerminated = false;
  /** Number of runs it has had. */
  runs = 0;
  /** The memory in use after the last run. */
  memoryBytes = 0;
  /** It can run nothing. */
  isUnusable = false;

  constructor(open: OpenConnection, modules: readonly string[]) {
    this.#connection = open({
      onText: (text) => this.#receive(text),
      onEnd: (how, error) => this.#end(how, error),
    });
    this.#send({ type: "load", modules });
  }

  /** Settles when it has ended. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get isOver(): boolean {
    return this.#ending !== undefined;
  }

  /**
   * True if it ended by itself after it was ready and before it had the run that it was given: nothing was called.
   */
  get lostItsRun(): boolean {
    return this.isOver && this.#isReady && !this.#hasBegun && !this.#isTerminated;
  }

  /**
   * Resolves when it can run something, or has ended. Rejects with the signal's reason when it is aborted before, and
   * when it takes too long, after which it is gone.
   */
  async ready(signal: AbortSignal, clock: Clock): Promise<void> {
    const starting = this.#starting.signal;
    if (!starting.aborted) await sleep(clock, START_LIMIT_MS, AbortSignal.any([starting, signal]));
    if (starting.aborted) return;
    signal.throwIfAborted();
    await this.terminate();
    throw new CarillonError(
      "executorFailed",
      `The ${this.#connection.name} had not imported the executor's modules after ${
        START_LIMIT_MS / 1000
      } s, and ` +
        "was terminated; a module must only define",
    );
  }

  /** Runs a task, for one job or a batch; settles when its function has ended, or the thread or process has. */
  async run(run: ExecutorRun): Promise<Payload | null> {
    let value: Payload | null = null;
    let error: { readonly thrown: unknown } | undefined;
    const returned = (payload: Payload | null) => void (value = payload);
    const threw = (thrown: unknown) => void (error = { thrown });
    const jobs = run.batch?.() ?? [{ ...run, returned, threw }];
    if (jobs.length > 0) await this.#runJobs(run, jobs);
    if (error !== undefined) throw (error as { readonly thrown: unknown }).thrown;
    return value;
  }

  async #runJobs(run: ExecutorRun, jobs: readonly BatchedRun[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const number = ++this.runs;
    this.#taskName = run.job.taskName;
    this.#hasBegun = false;
    this.#active = { number, jobs, left: jobs.length, resolve, reject };
    const listening = new AbortController();
    this.#send({
      type: "run",
      run: number,
      jobs: jobs.map(({ job, input }) => ({ job, input })),
      isBatch: run.batch !== undefined,
      serializer: run.serializer,
    });
    for (const [index, { signal }] of jobs.entries()) {
      this.#passAbort(signal, number, index, listening.signal);
    }
    try {
      if (this.isOver) throw this.#failure();
      await promise;
    } finally {
      listening.abort();
      this.#active = undefined;
    }
  }

  #passAbort(signal: AbortSignal, run: number, index: number, until: AbortSignal): void {
    const abort = () => this.#send({ type: "abort", run, index, reason: storedError(signal.reason) });
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true, signal: until });
  }

  /** Resolves to true if its event loop turns: it replies within this time. */
  async isResponsive(clock: Clock, withinMs: number): Promise<boolean> {
    const answered = new AbortController();
    this.#onPong = () => answered.abort();
    this.#send({ type: "ping" });
    await sleep(clock, withinMs, answered.signal);
    return answered.signal.aborted;
  }

  /** Sets whether it keeps this process alive. */
  hold(isHeld: boolean): void {
    if (!this.isOver) this.#connection.hold(isHeld);
  }

  /** Ends it while it runs nothing. */
  async end(): Promise<void> {
    // A caller that waits for the end must not be cut off by the end of this process.
    this.hold(true);
    if (!this.isOver) this.#connection.end();
    await this.over;
  }

  /** Ends it, whatever it does; the run fails. */
  async terminate(): Promise<void> {
    this.#isTerminated = true;
    if (!this.isOver) this.#connection.kill();
    await this.over;
  }

  #send(message: ToHost): void {
    if (!this.isOver) this.#connection.send(encodeMessage(message));
  }

  #receive(text: unknown): void {
    const message = decodeMessage<FromHost>(text);
    if (message === undefined) return;
    switch (message.type) {
      case "ready":
        this.#isReady = true;
        return this.#starting.abort();
      case "pong":
        return this.#onPong();
      case "crashed":
        this.#crash = revivedError(message.error);
        return;
      case "began":
        this.#hasBegun = true;
        return;
      default:
        return this.#report(message);
    }
  }

  #report(report: JobReport): void {
    if (report.run !== this.#active?.number) return;
    const job = this.#active.jobs[report.index];
    switch (report.type) {
      case "log":
        return job?.log(report.level, report.message, decodedFields(report.fields));
      case "progress":
        return job?.progress(report.done, report.total, report.message ?? undefined);
      case "returned":
        job?.returned(report.value);
        return this.#ended(report);
      case "threw":
        job?.threw(revivedError(report.error));
        return this.#ended(report);
      default:
        report satisfies never;
    }
  }

  /** A job has ended; with the last one its function has. */
  #ended({ memoryBytes, isUnusable }: HostState): void {
    this.memoryBytes = memoryBytes;
    this.isUnusable ||= isUnusable;
    if (this.#active !== undefined && --this.#active.left === 0) this.#active.resolve();
  }

  #end(how: string, error: unknown): void {
    this.#ending = { how, error };
    this.#starting.abort();
    this.#active?.reject(this.#failure());
    this.#over.resolve();
  }

  #failure(): CarillonError {
    const what = `The ${this.#connection.name} that ran task '${this.#taskName}'`;
    if (this.#isTerminated) return new CarillonError("executorFailed", `${what} was terminated`);
    const cause = this.#crash ?? this.#ending?.error;
    const why = cause === undefined ? "" : `: ${messageOf(cause)}`;
    const before = this.#isReady ? "before the task did" : "while it imported the executor's modules";
    const how = this.#ending?.how ?? "";
    return new CarillonError("executorFailed", `${what} ended ${how} ${before}${why}`, {
      retryable: true,
      cause,
    });
  }
}

function decodedFields(fields: Readonly<Record<string, Payload | null>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, text]) => [key, decodePayload(text)]));
}
