import type { JobRecord } from "../model/job_record.ts";
import type { Logger } from "../model/logger.ts";
import type { HeartbeatAnswer } from "../stores/scheduler_store.ts";
import type { StoreGateway } from "./gateway/store_gateway.ts";
import type { JobLoop } from "./job_loop.ts";
import type { JobRunner } from "./job_runner.ts";
import type { RunTable } from "./run_table.ts";

/** What a reconciler compares. */
export interface ReconcilerOptions {
  readonly gateway: StoreGateway;
  readonly logger: Logger;
  readonly runs: RunTable;
  readonly runner: JobRunner;
  readonly jobLoop: JobLoop;
  readonly incarnation: () => number | undefined;
}

/** Compares what the store says runs here with what does. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  #markAtLastBeat: string | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** After a beat: passes cancel requests on, hands back claims that nobody here knows of. */
  async afterBeat({ owned }: HeartbeatAnswer): Promise<void> {
    for (const job of owned) this.cancelIfRequested(job);
    const { jobLoop, runs, logger, gateway } = this.#options;
    const incarnation = this.#options.incarnation();
    const quiet = !jobLoop.claiming && jobLoop.claimMark === this.#markAtLastBeat;
    this.#markAtLastBeat = jobLoop.claimMark;
    // While claims come and go, what one took may not be in the run table yet: the next quiet beat will tell.
    if (incarnation === undefined || !quiet) return;
    const unknown = owned.filter((job) => runs.get(job.seq)?.fence.claimNumber !== job.claimNumber);
    if (unknown.length === 0) return;
    logger.warn("claims whose answer was lost are handed back", { jobs: unknown.map((job) => job.id) });
    await gateway.store.endJobs(unknown.map(({ seq, claimNumber }) => ({
      fence: { seq, incarnation, claimNumber },
      transition: { to: "handBack", lostLease: false },
    })));
  }

  /** Looks for cancel requests made elsewhere. */
  async seeCancelRequests(): Promise<void> {
    const owner = this.#options.incarnation();
    if (owner === undefined || this.#options.runs.size === 0) return;
    const jobs = await this.#options.gateway.store.getJobs({ owner, states: ["running"] });
    for (const job of jobs) this.cancelIfRequested(job);
  }

  /** Aborts the run of a job that carries a cancel request. */
  cancelIfRequested(job: Pick<JobRecord, "seq" | "cancelRequested" | "claimNumber">): void {
    const run = this.#options.runs.get(job.seq);
    if (!run || job.cancelRequested === null || run.cause || run.fence.claimNumber !== job.claimNumber) {
      return;
    }
    this.#options.runner.abort(run, { kind: "cancelled", message: job.cancelRequested });
  }
}
