import { isCarillonError } from "../../errors.ts";
import type { NewJob } from "../../model/job_record.ts";
import type { AddAnswer, AddClaim } from "../../stores/job_store.ts";
import type { Environment } from "../environment.ts";
import type { Lease } from "../leases/lease.ts";
import type { Backlog } from "../store/backlog.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { RestListener } from "../store/poller.ts";
import type { Pollers, Waker } from "../store/waker.ts";
import type { JobClaimer } from "./job_claimer.ts";

/**
 * Number of jobs that are written in one call, where they come from several: some milliseconds of work for the store, and as
 * much again for what their callers do next.
 */
const JOBS_MAX = 250;

/** The outcome of adding one job. */
export type JobAnswer = AddAnswer["jobs"][number];

/** The parts on which a job adder works. */
export interface JobAdderParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly lease: Lease;
  readonly backlog: Backlog;
  readonly claimer: JobClaimer;
  readonly pollers: Pollers;
  readonly waker: Waker;
}

/** Jobs that are added together or not at all. */
export interface AddCall {
  readonly jobs: readonly NewJob[];
  /** They are added; their outcomes are in this list, beginning at `from`. */
  added(outcomes: AddAnswer["jobs"], from: number): void;
  failed(error: unknown): void;
}

/**
 * Adds jobs, those of the same moment in one call of the store. Where this scheduler has room for them and none waits
 * before them, they are taken in the step that adds them, and start without being looked for.
 */
export class JobAdder implements RestListener {
  readonly #parts: JobAdderParts;
  #waiting: AddCall[] = [];
  #held = false;
  readonly #taking = new Set<Promise<unknown>>();

  constructor(parts: JobAdderParts) {
    this.#parts = parts;
  }

  /** Adds one job. */
  add(job: NewJob): Promise<JobAnswer> {
    return new Promise((resolve, failed) => {
      this.enqueue({ jobs: [job], added: (outcomes, from) => resolve(outcomes[from]!), failed });
    });
  }

  /** Adds jobs, all or none. */
  addAll(jobs: readonly NewJob[]): Promise<readonly JobAnswer[]> {
    return new Promise((resolve, failed) => {
      const added = (outcomes: AddAnswer["jobs"], from: number) =>
        resolve(outcomes.slice(from, from + jobs.length));
      this.enqueue({ jobs, added, failed });
    });
  }

  /** Adds jobs, and notifies the call of their outcomes. */
  enqueue(call: AddCall): void {
    this.#waiting.push(call);
    if (this.#waiting.length === 1) queueMicrotask(() => this.#flushSoon());
  }

  /** Resolves when no job is just being taken. */
  async settled(): Promise<void> {
    this.resume();
    await Promise.allSettled(this.#taking);
  }

  /** A claim may be over: adds the jobs that were held back for it. */
  resume(): void {
    if (this.#held && !this.#mayTakeSoon()) this.#flush();
  }

  rested(): void {
    this.resume();
  }

  /** True if jobs are being claimed just now, and none may be left waiting after that. */
  #mayTakeSoon(): boolean {
    const { backlog, pollers } = this.#parts;
    return backlog.mayTakeAll && pollers.jobs.busy;
  }

  /** True if jobs are claimed here, and none was left waiting. */
  #takesJobs(): boolean {
    const { environment, backlog, pollers } = this.#parts;
    return backlog.claimedAll && pollers.jobs.active && !environment.status.paused;
  }

  /**
   * Jobs that are added beside a claim could not be taken as they are added, and would need the next claim; so would those
   * that come beside that one, and so on: with many callers it would never end, at twice the cost.
   */
  #flushSoon(): void {
    if (this.#mayTakeSoon()) this.#held = true;
    else this.#flush();
  }

  #flush(): void {
    this.#held = false;
    const calls = this.#waiting;
    this.#waiting = [];
    let part: AddCall[] = [];
    let count = 0;
    for (const call of calls) {
      if (mustBeAlone(call)) {
        void this.#write([call], call.jobs.length);
        continue;
      }
      if (part.length > 0 && count + call.jobs.length > JOBS_MAX) {
        void this.#write(part, count);
        part = [];
        count = 0;
      }
      part.push(call);
      count += call.jobs.length;
    }
    if (part.length > 0) void this.#write(part, count);
  }

  async #write(calls: readonly AddCall[], count: number): Promise<void> {
    const jobs = calls.length === 1 ? calls[0]!.jobs : calls.flatMap((call) => call.jobs);
    try {
      const answer = await this.#addAndStart(jobs, count);
      let from = 0;
      for (const call of calls) {
        call.added(answer.jobs, from);
        from += call.jobs.length;
      }
    } catch (error) {
      // One of them may be the cause: each is written by itself then, so that only that one fails.
      const each = calls.length > 1 && !(isCarillonError(error) && error.retryable);
      for (const call of calls) each ? void this.#write([call], call.jobs.length) : call.failed(error);
    }
  }

  async #addAndStart(jobs: readonly NewJob[], count: number): Promise<AddAnswer> {
    const { environment: { slots, registry }, gateway, lease: { incarnation }, backlog, waker } = this.#parts;
    const takes = incarnation !== undefined && this.#takesJobs() && slots.free >= count;
    const tasks = takes ? registry.versions(jobs.map(({ taskName }) => taskName)) : [];
    const claim = takes ? { incarnation, tasks, limit: count, inTurn: true } : undefined;
    const answer = claim ? await this.#take(jobs, claim) : await gateway.jobs.add(jobs);
    if (answer.claimed.length < count && !backlog.noteAdded(answer.jobs.map(({ seq }) => seq))) {
      waker.wakeJobs();
    }
    return answer;
  }

  async #take(jobs: readonly NewJob[], claim: AddClaim): Promise<AddAnswer> {
    const { environment: { slots }, claimer } = this.#parts;
    const places = slots.reserve(claim.limit);
    const taking = claimer.add(jobs, claim);
    this.#taking.add(taking);
    try {
      return await taking;
    } finally {
      places.release();
      this.#taking.delete(taking);
    }
  }
}

/** True for jobs with an identity, which cannot be claimed as they are added, or with parents: a missing one fails its call. */
function mustBeAlone({ jobs }: AddCall): boolean {
  return jobs.some(({ identity, parents }) => identity !== undefined || parents !== undefined);
}
