/** The port of executors: who runs a task's function. */

/** One run, as an executor sees it. */
export interface ExecutorRun {
  readonly jobId: string;
  readonly taskName: string;
  /** Calls the task's function in this process, within the job's context. */
  readonly call: () => Promise<unknown>;
  /** Aborted when the job is to stop: time out, cancellation, a lost lease, a scheduler that stops. */
  readonly signal: AbortSignal;
}

/**
 * Runs a task's function.
 *
 * `run` settles exactly when the function has really ended (or was terminated), never before: until then the
 * job keeps its slot.
 */
export interface Executor {
  /** What it is, for people. */
  readonly kind: string;
  /** Whether it can end a run that ignores its signal. */
  readonly canTerminate: boolean;
  /** Runs it; what the function answers or throws is passed on. */
  run(run: ExecutorRun): Promise<unknown>;
  /** Ends a run that ignored its signal; only called where `canTerminate`. */
  terminate?(jobId: string): void;
  /** Lets go of what it holds; called when the scheduler has stopped. */
  close?(): Promise<void>;
}
