import type { JobRecord } from "../model/job_record.ts";
import type { Logger } from "../model/logger.ts";
import type { HeartbeatAnswer } from "../stores/scheduler_store.ts";
import type { ClaimsInFlight } from "./claims_in_flight.ts";
import type { StoreGateway } from "./gateway/store_gateway.ts";
import type { JobRunner } from "./job_runner.ts";
import type { RunTable } from "./run_table.ts";

/** What a reconciler compares. */
export interface ReconcilerOptions {
  readonly gateway: StoreGateway;
  readonly logger: Logger;
  readonly runs: RunTable;
  readonly runner: JobRunner;
  readonly claims: ClaimsInFlight;
  readonly incarnation: () => number | undefined;
  /** Called when jobs were handed back. */
  readonly onHandedBack: () => void;
}

type OwnedJob = HeartbeatAnswer["owned"][number];

/** What the store said ran here at a beat and nobody here knew of, and how many claims had begun by then. */
interface Doubt {
  readonly claims: number;
  readonly jobs: ReadonlySet<string>;
}

/** Compares what the store says runs here with what does. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  #doubt: Doubt = { claims: 0, jobs: new Set() };

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** After a beat: passes cancel requests on, hands back claims that nobody here knows of. */
  async afterBeat({ owned }: HeartbeatAnswer): Promise<void> {
    for (const job of owned) this.cancelIfRequested(job);
    const { runs, claims } = this.#options;
    const incarnation = this.#options.incarnation();
    const unknown = owned.filter((job) => runs.get(job.seq)?.fence.claimNumber !== job.claimNumber);
    const before = this.#doubt;
    this.#doubt = { claims: claims.begun, jobs: new Set(unknown.map(keyOf)) };
    // Unknown at two beats, and every claim that could have brought it has ended: its answer was lost.
    if (incarnation === undefined || claims.anyOfFirst(before.claims)) return;
    await this.#handBack(unknown.filter((job) => before.jobs.has(keyOf(job))), incarnation);
  }

  async #handBack(lost: readonly OwnedJob[], incarnation: number): Promise<void> {
    if (lost.length === 0) return;
    const { gateway, logger, onHandedBack } = this.#options;
    const ids = lost.map((job) => job.id);
    logger.warn("claims whose answer was lost are handed back", { store: gateway.alias, jobs: ids });
    const claimNumbers = new Map(lost.map((job) => [job.seq, job.claimNumber]));
    const jobs = await gateway.store.getJobs({ ids });
    await gateway.jobs.end(jobs.map((job) => ({
      job,
      fence: { seq: job.seq, incarnation, claimNumber: claimNumbers.get(job.seq) ?? 0 },
      transition: { to: "handBack", lostLease: false },
      durationMs: null,
    })));
    onHandedBack();
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

function keyOf({ seq, claimNumber }: OwnedJob): string {
  return `${seq}/${claimNumber}`;
}
