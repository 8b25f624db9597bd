import { messageOf } from "../../errors.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { Logger } from "../../model/logger.ts";
import type { HeartbeatAnswer } from "../../stores/scheduler_store.ts";
import type { ClaimsInFlight } from "../claiming/claims_in_flight.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { JobRunner } from "../running/job_runner.ts";
import type { RunTable } from "../running/run_table.ts";

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

/** Compares what the store says runs here with what does. */
export class Reconciler {
  readonly #options: ReconcilerOptions;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /**
   * After a beat: passes cancel requests on, hands back claims that nobody here knows of. A claim that is under way may have
   * brought them; it is not waited for, because the beats must go on.
   */
  async afterBeat({ owned }: HeartbeatAnswer): Promise<void> {
    for (const job of owned) this.cancelIfRequested(job);
    const { claims, logger } = this.#options;
    const incarnation = this.#options.incarnation();
    const unknown = owned.filter((job) => !this.#runsHere(job));
    if (incarnation === undefined || unknown.length === 0) return;
    const ended = claims.ended();
    if (!ended) return await this.#handBack(unknown, incarnation);
    ended.then(() => this.#handBack(unknown, incarnation)).catch((error) =>
      logger.debug("handing back failed; the next beat does it", { error: messageOf(error) })
    );
  }

  #runsHere({ seq, claimNumber }: OwnedJob): boolean {
    return this.#options.runs.get(seq)?.fence.claimNumber === claimNumber;
  }

  /** Hands back jobs of which every claim that could have brought them has ended: those that still run have lost their answer. */
  async #handBack(unknown: readonly OwnedJob[], incarnation: number): Promise<void> {
    const { gateway, logger, onHandedBack } = this.#options;
    const ids = unknown.filter((job) => !this.#runsHere(job)).map(({ id }) => id);
    if (ids.length === 0 || this.#options.incarnation() !== incarnation) return;
    const claimNumbers = new Map(unknown.map((job) => [job.seq, job.claimNumber]));
    const jobs = await gateway.store.getJobs({ ids });
    // The others have ended here meanwhile, or were taken over.
    const lost = jobs.filter(({ state, owner, seq, claimNumber }) =>
      state === "running" && owner === incarnation && claimNumbers.get(seq) === claimNumber
    );
    if (lost.length === 0) return;
    logger.warn("claims whose answer was lost are handed back", {
      store: gateway.alias,
      jobs: lost.map(({ id }) => id),
    });
    await gateway.jobs.end(lost.map((job) => ({
      job,
      fence: { seq: job.seq, incarnation, claimNumber: job.claimNumber },
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
