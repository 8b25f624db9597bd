import { heededTransition } from "../../src/model/decisions.ts";
import type { JobEnding, JobFence, JobRecord, JobTransition, NewJob } from "../../src/model/job_record.ts";
import { defaultRunSettings } from "../../src/model/settings.ts";
import type { Violations } from "./violations.ts";

/** What the book says of one job. */
export interface BookedJob {
  readonly id: string;
  readonly taskName: string;
  readonly scheduleSeq: number | null;
  state: "waiting" | "running" | "parked" | "finished" | "removed";
  /** Its last claim. */
  fence: JobFence | undefined;
  cancelRequested: boolean;
  attempt: number;
  outcome: string | undefined;
  /** Not before this, by the store's clock. */
  runAtMs: number;
}

/** A second account of all jobs, kept from what the store said it did. */
export class JobBook {
  readonly jobs = new Map<string, BookedJob>();
  readonly running = new Set<BookedJob>();
  readonly waiting = new Set<BookedJob>();
  readonly #bySeq = new Map<number, BookedJob>();
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** A job was stored. */
  added(job: NewJob, storeMs: number): void {
    // The id of a removed job is free again, and a call that arrives late may add it once more.
    const before = this.jobs.get(job.id);
    const free = before === undefined || before.state === "removed";
    this.#violations.unless(free, () => `job ${job.id} was added a second time`);
    const booked: BookedJob = {
      id: job.id,
      taskName: job.taskName,
      scheduleSeq: job.scheduleSeq,
      state: "waiting",
      fence: undefined,
      cancelRequested: false,
      attempt: 0,
      outcome: undefined,
      runAtMs: job.runAtMs ?? storeMs,
    };
    this.jobs.set(job.id, booked);
    this.waiting.add(booked);
  }

  /** A job was taken. */
  claimed(record: JobRecord, storeMs: number): void {
    const job = this.jobs.get(record.id);
    if (!job) return this.#violations.add(`job ${record.id} was claimed, but never added`);
    this.#bySeq.set(record.seq, job);
    const before = job.fence?.claimNumber ?? 0;
    this.#violations.unless(
      job.state === "waiting",
      () => `job ${job.id} was claimed while it was ${job.state} (${JSON.stringify(job.fence)})`,
    );
    this.#violations.unless(
      record.claimNumber > before,
      () => `the claim number of job ${job.id} did not grow`,
    );
    this.#violations.unless(record.runAtMs <= storeMs, () => `job ${job.id} was claimed before its runAt`);
    this.#violations.unless(
      record.attempt === job.attempt + 1,
      () => `job ${job.id} was claimed at attempt ${record.attempt} after ${job.attempt} that count`,
    );
    job.fence = { seq: record.seq, incarnation: record.owner!, claimNumber: record.claimNumber };
    job.attempt = record.attempt;
    this.#become(job, "running");
  }

  /** A run's end was sent; `accepted` is what the store said. */
  ended(ending: JobEnding, accepted: boolean, by: string, storeMs: number): void {
    const { fence, transition } = ending;
    const job = this.#bySeq.get(fence.seq);
    if (!job) return this.#violations.add(`${by} ended row ${fence.seq}, which nobody claimed`);
    const holds = job.state === "running" && job.fence?.incarnation === fence.incarnation &&
      job.fence.claimNumber === fence.claimNumber;
    if (!accepted) {
      const text = () => `the end of job ${job.id} by its owner was refused: ${transition.to} by ${by}`;
      return this.#violations.unless(!holds, text);
    }
    if (holds) return this.#end(job, transition, storeMs);
    const repeated = job.state === "finished" && transition.to === "finished" &&
      job.fence?.incarnation === fence.incarnation && job.fence.claimNumber === fence.claimNumber;
    const whose = () =>
      `claim ${fence.claimNumber} of ${fence.incarnation}, but it is ${job.state} under ${
        JSON.stringify(job.fence)
      }`;
    this.#violations.unless(repeated, () => `${by} ended job ${job.id} of ${whose()}`);
  }

  /** A waiting job is over without a run. */
  over(record: JobRecord): void {
    const job = this.jobs.get(record.id);
    if (!job) return this.#violations.add(`job ${record.id} ended, but was never added`);
    this.#violations.unless(
      job.state === "waiting" || job.state === "parked",
      () => `job ${job.id} ended as ${record.outcome} while it was ${job.state}`,
    );
    job.outcome = record.outcome ?? undefined;
    this.#become(job, "finished");
  }

  /** A running job was asked to stop. */
  cancelRequested(record: JobRecord): void {
    const job = this.jobs.get(record.id);
    if (job) job.cancelRequested = true;
  }

  /** A finished or parked job was made ready by hand. */
  retried(record: JobRecord): void {
    const job = this.jobs.get(record.id);
    if (!job) return;
    this.#violations.unless(job.state !== "running", () => `job ${job.id} was retried while it ran`);
    job.attempt = 0;
    job.cancelRequested = false;
    this.#become(job, "waiting");
  }

  /** A job was deleted by hand. */
  removed(id: string): void {
    const job = this.jobs.get(id);
    if (!job) return;
    this.#violations.unless(job.state !== "running", () => `job ${id} was removed while it ran`);
    this.#become(job, "removed");
  }

  /** Parked jobs of these tasks were made ready, because a scheduler came. */
  unparked(taskNames: readonly string[]): void {
    for (const job of this.jobs.values()) {
      if (job.state === "parked" && taskNames.includes(job.taskName)) this.#become(job, "waiting");
    }
  }

  #end(job: BookedJob, asked: JobTransition, storeMs: number): void {
    const record = { cancelRequested: job.cancelRequested ? "cancelled" : null };
    const transition = heededTransition(record, asked, defaultRunSettings);
    if (transition.to === "finished") {
      job.outcome = transition.outcome;
      return this.#become(job, "finished");
    }
    if (transition.to === "retry") job.runAtMs = storeMs + transition.delayMs;
    else if (transition.to !== "snooze") job.attempt = Math.max(0, job.attempt - 1);
    this.#become(job, transition.to === "parked" ? "parked" : "waiting");
  }

  #become(job: BookedJob, state: BookedJob["state"]): void {
    job.state = state;
    if (state === "waiting") this.waiting.add(job);
    else this.waiting.delete(job);
    if (state === "running") this.running.add(job);
    else this.running.delete(job);
  }
}
