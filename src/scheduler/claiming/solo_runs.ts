import type { JobRecord, NewJob } from "../../model/job_record.ts";
import type { ClaimsInFlight } from "./claims_in_flight.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { JobRunner } from "../running/job_runner.ts";
import type { NextRoundMs, Poller } from "../store/poller.ts";
import type { ResultWaiter } from "../waiting/result_waiter.ts";

/** How often jobs that wait for a slot held elsewhere are tried again, when nobody tells. */
const POLL_MS = 1000;

/** What solo runs need. */
export interface SoloRunsOptions {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly runner: JobRunner;
  readonly results: ResultWaiter;
  readonly claims: ClaimsInFlight;
  /** Registers with the store; answers how to leave again. */
  readonly join: () => Promise<() => Promise<void>>;
  readonly incarnation: () => number | undefined;
  /** Makes the poller that claims again what could not start at once. */
  readonly poller: (round: () => Promise<NextRoundMs>) => Poller;
}

/**
 * Runs single jobs in this process on a scheduler that is not started: recorded, within all limits, under a
 * lease, and nothing else. Should a worker elsewhere take a job first, its result is just as good.
 */
export class SoloRuns {
  readonly #options: SoloRunsOptions;
  readonly #poller: Poller;
  /** Jobs that somebody waits for. */
  readonly #wanted = new Set<NewJob>();
  /** Those of them that do not run now. */
  readonly #waiting = new Set<NewJob>();
  readonly #all = new Set<Promise<unknown>>();
  readonly #again = () => this.wake();

  constructor(options: SoloRunsOptions) {
    this.#options = options;
    this.#poller = options.poller(() => this.#round());
  }

  /** Adds a job, runs it here unless somebody else does, and answers how it ended. */
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
    if (this.#waiting.size === 0) return;
    this.#poller.start();
    this.#poller.wake();
  }

  /** Resolves when all of them are over. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#all);
  }

  async #run(job: NewJob): Promise<JobRecord | undefined> {
    const leave = await this.#options.join();
    try {
      this.#wanted.add(job);
      this.#waiting.add(job);
      await this.#add(job);
      this.wake();
      return await this.#options.results.wait(job.id);
    } finally {
      this.#wanted.delete(job);
      this.#waiting.delete(job);
      if (this.#waiting.size === 0) await this.#poller.stop();
      await leave();
    }
  }

  /** Claims in the step that adds: an own job starts after one write. */
  async #add(job: NewJob): Promise<void> {
    const { environment, gateway, claims, incarnation } = this.#options;
    await environment.slots.reserve(1, this.#again, async (count) => {
      const owner = incarnation();
      if (count === 0 || owner === undefined) return void await gateway.jobs.add([job]);
      const tasks = environment.registry.versions([job.taskName]);
      const claim = { incarnation: owner, tasks, limit: 1, jobIds: [job.id] };
      await claims.during(async () => this.#start((await gateway.jobs.add([job], claim)).claimed, owner));
    });
  }

  async #round(): Promise<NextRoundMs> {
    const jobs = [...this.#waiting];
    if (jobs.length === 0) return null;
    const { slots } = this.#options.environment;
    return await slots.reserve(jobs.length, this.#again, (limit) => this.#claim(jobs, limit));
  }

  async #claim(jobs: readonly NewJob[], limit: number): Promise<NextRoundMs> {
    const { environment, gateway, claims, incarnation } = this.#options;
    const owner = incarnation();
    if (owner === undefined || limit === 0) return POLL_MS;
    const tasks = environment.registry.versions(jobs.map((job) => job.taskName));
    const request = { incarnation: owner, tasks, limit, jobIds: jobs.map((job) => job.id) };
    const answer = await claims.during(async () => {
      const claimed = await gateway.jobs.claim(request);
      this.#start(claimed.claimed, owner);
      return claimed;
    });
    const waitMs = answer.nextRunAtMs === null ? POLL_MS : answer.nextRunAtMs - answer.nowMs;
    return Math.max(1, Math.min(POLL_MS, waitMs));
  }

  #start(claimed: readonly JobRecord[], incarnation: number): void {
    // Where the lease was lost meanwhile they may be another's by now; if not, the beats hand them back.
    if (this.#options.incarnation() !== incarnation) return;
    const ids = new Set(claimed.map(({ id }) => id));
    const started = [...this.#waiting].filter(({ id }) => ids.has(id));
    for (const job of started) this.#waiting.delete(job);
    for (const run of this.#options.runner.start(claimed, incarnation)) {
      const own = started.filter(({ id }) => id === run.job.id);
      void run.done.then(() => {
        if (run.ended?.to === "finished" || run.ended?.to === "parked") return;
        // To be tried again, here or elsewhere.
        for (const job of own) if (this.#wanted.has(job)) this.#waiting.add(job);
        this.wake();
      });
    }
  }
}
