import { isCarillonError } from "../../errors.ts";
import type { NewJob } from "../../model/job_record.ts";
import type { AddAnswer, AddClaim } from "../../stores/job_store.ts";
import type { ClaimsInFlight } from "./claims_in_flight.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { JobRunner } from "../running/job_runner.ts";

/**
 * How many jobs are written in one call, where they come from several: some milliseconds of work for the store, and as
 * much again for what their callers do next.
 */
const JOBS_MAX = 250;

/** What became of one job. */
export type JobAnswer = AddAnswer["jobs"][number];

/** What a job adder needs. */
export interface JobAdderOptions {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly runner: JobRunner;
  readonly claims: ClaimsInFlight;
  /** The incarnation whose lease holds; undefined while there is none. */
  readonly incarnation: () => number | undefined;
  /** Whether jobs are taken here, and none was left waiting. */
  readonly takesJobs: () => boolean;
  /** Whether jobs are being taken just now, and none may be left waiting after that. */
  readonly mayTakeSoon: () => boolean;
  /** Jobs were added that wait to be taken: some of these. */
  readonly onWaiting: (jobs: AddAnswer["jobs"]) => void;
}

/** Jobs that are added together or not at all. */
export interface AddCall {
  readonly jobs: readonly NewJob[];
  /** They are added; what became of each is among these answers from there on. */
  added(answers: AddAnswer["jobs"], from: number): void;
  failed(error: unknown): void;
}

/**
 * Adds jobs, those of the same moment in one call of the store. Where this scheduler has room for them and none waits
 * before them, they are taken in the step that adds them, and start without being looked for.
 */
export class JobAdder {
  readonly #options: JobAdderOptions;
  #waiting: AddCall[] = [];
  #held = false;
  readonly #taking = new Set<Promise<unknown>>();

  constructor(options: JobAdderOptions) {
    this.#options = options;
  }

  /** Adds one job. */
  add(job: NewJob): Promise<JobAnswer> {
    return new Promise((resolve, failed) => {
      this.enqueue({ jobs: [job], added: (answers, from) => resolve(answers[from]!), failed });
    });
  }

  /** Adds jobs, all or none. */
  addAll(jobs: readonly NewJob[]): Promise<readonly JobAnswer[]> {
    return new Promise((resolve, failed) => {
      const added = (answers: AddAnswer["jobs"], from: number) =>
        resolve(answers.slice(from, from + jobs.length));
      this.enqueue({ jobs, added, failed });
    });
  }

  /** Adds jobs, and tells the call what became of them. */
  enqueue(call: AddCall): void {
    this.#waiting.push(call);
    if (this.#waiting.length === 1) queueMicrotask(() => this.#flushSoon());
  }

  /** Resolves when no job is just being taken. */
  async settled(): Promise<void> {
    this.goOn();
    await Promise.allSettled(this.#taking);
  }

  /** A claim may be over: jobs that were held back for it are added then. */
  goOn(): void {
    if (this.#held && !this.#options.mayTakeSoon()) this.#flush();
  }

  /**
   * Jobs that are added beside a claim could not be taken as they are added, and would need the next claim; so would those
   * that come beside that one, and so on: with many callers it would never end, at twice the cost.
   */
  #flushSoon(): void {
    if (this.#options.mayTakeSoon()) this.#held = true;
    else this.#flush();
  }

  #flush(): void {
    this.#held = false;
    const calls = this.#waiting;
    this.#waiting = [];
    let part: AddCall[] = [];
    let count = 0;
    for (const call of calls) {
      if (standsApart(call)) {
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
      // One of them may be guilty: each goes by itself then, so that only that one fails.
      const each = calls.length > 1 && !(isCarillonError(error) && error.retryable);
      for (const call of calls) each ? void this.#write([call], call.jobs.length) : call.failed(error);
    }
  }

  async #addAndStart(jobs: readonly NewJob[], count: number): Promise<AddAnswer> {
    const { environment: { slots, registry }, gateway, incarnation, takesJobs, onWaiting } = this.#options;
    const owner = incarnation();
    const takes = owner !== undefined && takesJobs() && slots.free >= count;
    const tasks = takes ? registry.versions(jobs.map(({ taskName }) => taskName)) : [];
    const claim = takes ? { incarnation: owner, tasks, limit: count, inTurn: true } : undefined;
    const answer = claim ? await this.#take(jobs, claim) : await gateway.jobs.add(jobs);
    if (answer.claimed.length < count) onWaiting(answer.jobs);
    return answer;
  }

  async #take(jobs: readonly NewJob[], claim: AddClaim): Promise<AddAnswer> {
    const { environment: { slots }, gateway, claims, runner, incarnation } = this.#options;
    const taking = slots.reserve(
      claim.limit,
      () => {},
      () =>
        claims.during(async () => {
          const answer = await gateway.jobs.add(jobs, claim);
          // Where the lease was lost meanwhile they may be another's by now; if not, the beats hand them back.
          if (incarnation() === claim.incarnation) runner.start(answer.claimed, claim.incarnation);
          return answer;
        }),
    );
    this.#taking.add(taking);
    try {
      return await taking;
    } finally {
      this.#taking.delete(taking);
    }
  }
}

/** Nothing is taken in a step with jobs that others may stand for, and a parent that is not there fails its step. */
function standsApart({ jobs }: AddCall): boolean {
  return jobs.some(({ identity, parents }) => identity !== undefined || parents !== undefined);
}
