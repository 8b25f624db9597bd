import { CarillonError } from "../../errors.ts";
import type { JobFence, JobRecord, JobTransition, ParentFacts } from "../../model/job_record.ts";
import type { RunEnding } from "../store/gateway/job_gateway.ts";

/** The reasons for which a run must stop, with the code of the error that its function finds as `signal.reason`. */
const abortCodes = {
  timeout: "jobTimedOut",
  cancelled: "jobCancelled",
  leaseLost: "leaseLost",
  stopping: "schedulerStopped",
} as const;

type AbortKind = keyof typeof abortCodes;

/** Why a run must stop. */
export type AbortCause = {
  readonly [Kind in AbortKind]: { readonly kind: Kind; readonly message: string };
}[AbortKind];

/** The end of a run within a transaction of its function. */
export interface RunCompletion {
  /** True if the function has tried it: only then is there anything to ask the store. */
  readonly isTried: boolean;
  /** Resolves to true if the run was ended so, and notes and publishes that. */
  settle(durationMs: number | null): Promise<boolean>;
}

/** One job that runs here. There are very many of them: what few need is made when it is asked for. */
export class JobRun {
  readonly job: JobRecord;
  readonly fence: JobFence;
  /** True once its function may have been called. */
  hasBegun = false;
  /** The jobs it waited for, once they are read. */
  parents: readonly ParentFacts[] | undefined;
  /** Its transition, once that is written. */
  ended: JobTransition | undefined;
  /** True once its function has ended and only the writing of its end is left. */
  hasEnded = false;
  /** Asks its executor to end it, and returns whether it has ended; undefined where its executor cannot. */
  terminate: (() => boolean | Promise<boolean>) | undefined;
  /** The outcome of ending it, once that was asked for. */
  termination: Promise<boolean> | undefined;
  /** The way in which its function ends it within a transaction, once that was asked for. */
  completion: RunCompletion | undefined;
  /** Notified when it must stop. */
  guards: { onAbort(): void } | undefined;
  #cause: AbortCause | undefined;
  #reason: CarillonError | undefined;
  #controller: AbortController | undefined;
  #isOver = false;
  #done: PromiseWithResolvers<void> | undefined;

  constructor(job: JobRecord, incarnation: number) {
    this.job = job;
    this.fence = { seq: job.seq, incarnation, claimNumber: job.claimNumber };
  }

  /** Why it must stop; the first cause stays, but a lost lease outranks every other. */
  get cause(): AbortCause | undefined {
    return this.#cause;
  }

  /** Aborted when it must stop. */
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

  /** Asks the run to stop; the first cause is what the function finds as `signal.reason`. */
  abort(cause: AbortCause): void {
    if (this.#cause !== undefined) {
      if (cause.kind === "leaseLost") this.#cause = cause;
      return;
    }
    this.#cause = cause;
    this.#reason = new CarillonError(abortCodes[cause.kind], cause.message, {
      details: { jobId: this.job.id },
    });
    this.#controller?.abort(this.#reason);
    this.guards?.onAbort();
  }

  /** Throws the reason if it must stop. */
  throwIfAborted(): void {
    if (this.#cause !== undefined) throw this.#reason;
  }

  /** The run and the writing of its end are over. */
  over(): void {
    this.#isOver = true;
    this.#done?.resolve();
  }
}

/** A run that has ended, with its transition. */
export interface EndedRun extends RunEnding {
  readonly run: JobRun;
  /** Its transition where that is in place of one that the store has refused. @default none */
  readonly instead?: JobTransition;
}
