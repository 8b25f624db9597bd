import { taskLimit } from "../../model/decisions.ts";
import type { JobFence, JobRecord, JobTransition, ParentFacts } from "../../model/job_record.ts";
import type { TaskRecord } from "../../model/task_record.ts";

/** Why a run was told to stop. */
export type AbortCause =
  | { readonly kind: "timeout"; readonly message: string }
  | { readonly kind: "cancelled"; readonly message: string }
  | { readonly kind: "leaseLost"; readonly message: string }
  | { readonly kind: "stopping"; readonly message: string };

/** The end of a run within a transaction of its function's. */
export interface RunCompletion {
  /** Whether the function has tried: only then is there anything to ask the store. */
  readonly isTried: boolean;
  /** Whether the run was ended so; then that is noted and told. */
  settle(durationMs: number | null): Promise<boolean>;
}

/** One job that runs here. There are very many of them: what few need is made when it is asked for. */
export class JobRun {
  readonly job: JobRecord;
  readonly fence: JobFence;
  /** The jobs it waited for, once they are read. */
  parents: readonly ParentFacts[] | undefined;
  /** What became of it, once that is written. */
  ended: JobTransition | undefined;
  /** Asks its executor to end it, and answers whether it is over; undefined where its executor cannot. */
  terminate: (() => boolean | Promise<boolean>) | undefined;
  /** What became of ending it, once that was asked for. */
  termination: Promise<boolean> | undefined;
  /** How its function ends it within a transaction, once that was asked for. */
  completion: RunCompletion | undefined;
  /** Hears when it is told to stop. */
  guards: { onAbort(): void } | undefined;
  #cause: AbortCause | undefined;
  #reason: unknown;
  #controller: AbortController | undefined;
  #isOver = false;
  #done: PromiseWithResolvers<void> | undefined;

  constructor(job: JobRecord, incarnation: number) {
    this.job = job;
    this.fence = { seq: job.seq, incarnation, claimNumber: job.claimNumber };
  }

  /** Why it was told to stop; the first cause stays, but a lost lease outranks every other. */
  get cause(): AbortCause | undefined {
    return this.#cause;
  }

  /** Aborted when it is told to stop. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cause !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Settles when the run and the writing of its end are over; never rejects. */
  get done(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#done ??= Promise.withResolvers<void>();
    return this.#done.promise;
  }

  /** Tells the run to stop; `reason`, the first one given, is what the function finds as `signal.reason`. */
  abort(cause: AbortCause, reason: unknown): void {
    if (this.#cause !== undefined) {
      if (cause.kind === "leaseLost") this.#cause = cause;
      return;
    }
    this.#cause = cause;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.guards?.onAbort();
  }

  /** Throws the reason where it was told to stop. */
  throwIfAborted(): void {
    if (this.#cause !== undefined) throw this.#reason;
  }

  /** The run and the writing of its end are over. */
  over(): void {
    this.#isOver = true;
    this.#done?.resolve();
  }
}

/** Whether jobs of this task may have waited for the end of a run, or the job itself goes on. */
export function mayUnblockOthers(
  job: JobRecord,
  endedTo: JobTransition["to"] | undefined,
  task: TaskRecord | undefined,
): boolean {
  return endedTo !== "finished" || job.scheduleSeq !== null || job.concurrencyKey !== null ||
    taskLimit(task) !== null;
}
