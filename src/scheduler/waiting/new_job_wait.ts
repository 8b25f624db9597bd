import type { JobRecord, NewJob } from "../../model/job_record.ts";
import type { AddAnswer } from "../../stores/job_store.ts";
import type { EndedJob } from "../jobs/job_outcome.ts";
import type { AddCall } from "../claiming/job_adder.ts";

/** Somebody who waits for a job. */
export interface Waiting {
  readonly resolve: (job: JobRecord | undefined) => void;
  readonly reject: (error: unknown) => void;
  /** Given where only its value or error is wanted, and not the times that the store notes. */
  readonly ended: ((job: EndedJob) => void) | undefined;
  /** Whether it may not be there yet: it is being added, or the transaction that adds it is open. */
  isPending: () => boolean;
  /** Lets go of the signal. */
  readonly over: () => void;
}

/** What a wait for a new job asks of its waiter. */
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
  isPending = notStored;
  readonly #newcomers: NewJobWaiter;

  constructor(
    job: NewJob,
    resolve: (job: EndedJob | undefined) => void,
    reject: (error: unknown) => void,
    newcomers: NewJobWaiter,
  ) {
    this.jobs = [job];
    this.resolve = this.ended = resolve;
    this.reject = reject;
    this.#newcomers = newcomers;
  }

  added(answers: AddAnswer["jobs"], from: number): void {
    this.isPending = stored;
    if (answers[from]!.outcome !== "added") this.#newcomers.look(this.jobs[0].id);
  }

  failed(error: unknown): void {
    this.#newcomers.drop(this.jobs[0].id, this);
    this.reject(error);
  }
}

/** Says that a job is stored: what is read of it counts. */
export function stored(): boolean {
  return false;
}

function notStored(): boolean {
  return true;
}

function nothing(): void {}
