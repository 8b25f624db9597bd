import { CarillonError } from "../../errors.ts";
import type { JobRecord, NewJob } from "../../model/job_record.ts";
import type { Environment } from "../environment.ts";
import type { Lease } from "../leases/lease.ts";
import type { Membership } from "../leases/membership.ts";
import type { JobRun } from "../running/job_run.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { NextRoundMs, PolledWork } from "../store/poller.ts";
import type { Pollers } from "../store/waker.ts";
import type { JobClaimer, RunListener } from "./job_claimer.ts";
import type { SlotWaiter } from "./slots.ts";

/** Longest wait before jobs that need a slot held by another process are tried again. */
const POLL_MS = 1000;

/** Waits for jobs to finish. */
export interface FinishedJobs {
  wait(jobId: string): Promise<JobRecord | undefined>;
}

/** The parts on which solo runs work. */
export interface SoloRunsParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly lease: Lease;
  readonly membership: Membership;
  readonly claimer: JobClaimer;
  readonly results: FinishedJobs;
  readonly pollers: Pollers;
}

/**
 * Runs single jobs in this process on a scheduler that is not started: recorded, within all limits, under a lease, and
 * nothing else. Should another worker take a job first, its result is just as good.
 */
export class SoloRuns implements PolledWork, RunListener, SlotWaiter {
  readonly #parts: SoloRunsParts;
  /** Jobs whose results are awaited. */
  readonly #wanted = new Set<NewJob>();
  /** Those of them that do not run now. */
  readonly #waiting = new Set<NewJob>();
  readonly #all = new Set<Promise<unknown>>();
  #isStopped = false;

  constructor(parts: SoloRunsParts) {
    this.#parts = parts;
  }

  /** Adds a job, runs it here unless another worker does, and resolves to the finished job. */
  async run(job: NewJob): Promise<JobRecord | undefined> {
    const run = this.#run(job);
    this.#all.add(run);
    try {
      return await run;
    } finally {
      this.#all.delete(run);
    }
  }

  /** There may be room for more. */
  wake(): void {
    if (this.#isStopped || this.#waiting.size === 0) return;
    const { soloRuns } = this.#parts.pollers;
    soloRuns.start(this);
    soloRuns.wake();
  }

  /** Starts no other job until `reopen`; resolves when the claims in flight have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([this.#parts.pollers.soloRuns.stop(), this.#parts.claimer.settled()]);
  }

  /** Starts jobs again. */
  reopen(): void {
    this.#isStopped = false;
  }

  /** Resolves when all of them are over. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#all);
  }

  async #run(job: NewJob): Promise<JobRecord | undefined> {
    const { membership, results, pollers } = this.#parts;
    const leave = await membership.join();
    try {
      if (this.#isStopped) {
        throw new CarillonError("schedulerStopped", "The scheduler stops: it runs no other job");
      }
      this.#wanted.add(job);
      this.#waiting.add(job);
      await this.#add(job);
      this.wake();
      return await results.wait(job.id);
    } finally {
      this.#wanted.delete(job);
      this.#waiting.delete(job);
      if (this.#waiting.size === 0) await pollers.soloRuns.stop();
      await leave();
    }
  }

  /** Claims in the step that adds: an own job starts after one write. */
  async #add(job: NewJob): Promise<void> {
    const { environment: { slots, registry }, gateway, lease: { incarnation }, claimer } = this.#parts;
    const places = slots.reserve(1, this);
    try {
      if (places.count === 0 || incarnation === undefined) return void await gateway.jobs.add([job]);
      const tasks = registry.versions([job.taskName]);
      await claimer.add([job], { incarnation, tasks, limit: 1, jobIds: [job.id] }, this);
    } finally {
      places.release();
    }
  }

  /** Claims the jobs that could not start at once. */
  async round(): Promise<NextRoundMs> {
    if (this.#isStopped) return null;
    const jobs = [...this.#waiting];
    if (jobs.length === 0) return null;
    const places = this.#parts.environment.slots.reserve(jobs.length, this);
    try {
      return await this.#claim(jobs, places.count);
    } finally {
      places.release();
    }
  }

  async #claim(jobs: readonly NewJob[], limit: number): Promise<NextRoundMs> {
    const { environment: { registry }, lease: { incarnation }, claimer } = this.#parts;
    if (incarnation === undefined || limit === 0) return POLL_MS;
    const tasks = registry.versions(jobs.map((job) => job.taskName));
    const jobIds = jobs.map((job) => job.id);
    const answer = await claimer.claimFor({ incarnation, tasks, limit, jobIds }, this);
    const waitMs = answer.nextRunAtMs === null ? POLL_MS : answer.nextRunAtMs - answer.nowMs;
    return Math.max(1, Math.min(POLL_MS, waitMs));
  }

  started(runs: readonly JobRun[]): void {
    for (const run of runs) {
      const own = [...this.#waiting].filter(({ id }) => id === run.job.id);
      for (const job of own) this.#waiting.delete(job);
      void run.done.then(() => {
        if (run.ended?.to === "finished" || run.ended?.to === "parked") return;
        // To be tried again, here or by another worker.
        for (const job of own) if (this.#wanted.has(job)) this.#waiting.add(job);
        this.wake();
      });
    }
  }
}
