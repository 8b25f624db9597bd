import type { JobRecord, NewJob } from "../../model/job_record.ts";
import type { AddAnswer } from "../../stores/job_store.ts";
import type { AddCall } from "../claiming/job_adder.ts";

/** The part of a job that its result depends on. */
export type EndedJob = Pick<
  JobRecord,
  "id" | "taskName" | "state" | "outcome" | "value" | "error" | "attempt" | "parkedReason" | "undecodable"
>;

/** The wait for a job by one caller. */
export interface Waiting {
  readonly resolve: (job: JobRecord | undefined) => void;
  readonly reject: (error: unknown) => void;
  /** Given where only the job's value or error is wanted, and not the times that the store notes. */
  readonly ended: ((job: EndedJob) => void) | undefined;
  /** True if the job may not be in the store yet: it is being added, or the transaction that adds it is open. */
  readonly isPending: boolean;
  /** Removes the listener of the caller's signal. */
  readonly over: () => void;
}

/** The wait for a job that is in the store, or in a transaction. */
export class JobWait implements Waiting {
  readonly ended = undefined;
  readonly resolve: Waiting["resolve"];
  readonly reject: Waiting["reject"];
  readonly over: Waiting["over"];
  readonly #pending: (() => boolean) | undefined;

  constructor(
    resolve: Waiting["resolve"],
    reject: Waiting["reject"],
    over: Waiting["over"],
    pending: (() => boolean) | undefined,
  ) {
    this.resolve = resolve;
    this.reject = reject;
    this.over = over;
    this.#pending = pending;
  }

  get isPending(): boolean {
    return this.#pending?.() ?? false;
  }
}

/** Looks jobs up for the wait for a new job. */
export interface NewJobWaiter {
  look(jobId: string): void;
  drop(jobId: string, waiting: Waiting): void;
}

/** The wait for a job that is being added, and the call that adds it, in one. */
export class NewJobWait implements Waiting, AddCall {
  readonly jobs: readonly [NewJob];
  readonly resolve: Waiting["resolve"];
  readonly reject: Waiting["reject"];
  readonly ended: (job: EndedJob) => void;
  readonly over = nothing;
  isPending = true;
  readonly #waiter: NewJobWaiter;

  constructor(
    job: NewJob,
    resolve: (job: EndedJob | undefined) => void,
    reject: (error: unknown) => void,
    waiter: NewJobWaiter,
  ) {
    this.jobs = [job];
    this.resolve = this.ended = resolve;
    this.reject = reject;
    this.#waiter = waiter;
  }

  added(outcomes: AddAnswer["jobs"], from: number): void {
    this.isPending = false;
    if (outcomes[from]!.outcome !== "added") this.#waiter.look(this.jobs[0].id);
  }

  failed(error: unknown): void {
    this.#waiter.drop(this.jobs[0].id, this);
    this.reject(error);
  }
}

function nothing(): void {}
