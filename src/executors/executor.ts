/** The port of executors, which run a task's function somewhere. */
import type { JobFacts } from "../model/job_record.ts";
import type { LogLevel } from "../model/logger.ts";
import type { Payload } from "../model/payload.ts";

/**
 * One run, as an executor sees it. An executor in this process needs `call` alone. One that runs the function
 * in another thread or process uses the rest instead, which are strings and JSON.
 */
export interface ExecutorRun {
  /** Facts about the job. */
  readonly job: JobFacts;
  /** The stored input, which the task's schema checks again there. It was checked here already, and fits. */
  readonly input: Payload | null;
  /** Name of the serializer that the result shall be stored with. */
  readonly serializer: string;
  /** Aborted when the job is to stop: time out, cancellation, a lost lease, a scheduler that stops. */
  readonly signal: AbortSignal;
  /**
   * Set where one call runs several jobs (a batch task); `job` is then the first of them, and `input` null. `call`
   * does all of it. A remote executor runs these instead, reports how each ended, and resolves to null.
   */
  readonly batch?: () => readonly BatchedRun[];
  /** Calls the task's function in this process, within the job's context; resolves to its checked, encoded result. */
  call(): Promise<Payload | null>;
  /** Reports that the function starts now: the time limit counts from here. `call` does so by itself. */
  started(): void;
  /** Passes on a line of the job's log. */
  log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): void;
  /** Passes on the job's progress. */
  progress(done: number, total: number, message?: string): void;
}

/** One job of a batch, as an executor sees it; each ends for itself. */
export interface BatchedRun extends Pick<ExecutorRun, "job" | "input" | "signal" | "log" | "progress"> {
  /** Its result, encoded. */
  returned(value: Payload | null): void;
  /** Its error. */
  threw(error: unknown): void;
}

/**
 * Runs a task's function: in this event loop (`event_loop.ts`), or in threads or processes (`pool/pooled_executor.ts`).
 *
 * Guarantees (the exported conformance suite holds executors to them): `run` settles exactly when the function
 * has really ended or its thread or process has, never before, as until then the job keeps its slot; errors keep
 * their name, code and causes; an abort reaches the function's signal; runs never see each other's job.
 */
export interface Executor {
  /** Its kind, for people. */
  readonly kind: string;
  /** True if it can end every run that ignores its signal, also one that computes without a pause. */
  readonly canTerminate: boolean;
  /**
   * True if `run` does nothing but `call`: then the scheduler calls the function itself, which spares it some
   * promises for each job. @default false
   */
  readonly callsDirectly?: boolean;
  /**
   * Returns the number of runs that could start now. Jobs beyond that are left to other schedulers. @default any
   * number
   */
  free?(): number;
  /** Runs it; resolves to the encoded result, as `call` does, or rejects with what the function threw. */
  run(run: ExecutorRun): Promise<Payload | null>;
  /**
   * Ends a run that ignored its signal, and returns whether it has ended. With false it continues, and the job is
   * reported stuck.
   */
  terminate?(run: ExecutorRun): boolean | Promise<boolean>;
  /** Lets go of what is idle; called when a scheduler has stopped. It may be used again afterwards. */
  close?(): Promise<void>;
}
