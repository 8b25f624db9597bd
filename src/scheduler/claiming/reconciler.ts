import { messageOf } from "../../errors.ts";
import type { HeartbeatAnswer } from "../../stores/scheduler_store.ts";
import type { Environment } from "../environment.ts";
import type { Lease } from "../leases/lease.ts";
import type { BeatListener } from "../leases/lease_keeper.ts";
import type { RunTable } from "../running/run_table.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { Waker } from "../store/waker.ts";
import type { JobClaimer } from "./job_claimer.ts";

/** The parts that a reconciler compares. */
export interface ReconcilerParts {
  readonly environment: Environment;
  readonly gateway: StoreGateway;
  readonly lease: Lease;
  readonly runs: RunTable;
  readonly claimer: JobClaimer;
  readonly waker: Waker;
}

type OwnedJob = HeartbeatAnswer["owned"][number];

/** Compares what the store says runs here with what does. */
export class Reconciler implements BeatListener {
  readonly #parts: ReconcilerParts;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /**
   * After a heartbeat: passes cancel requests on, and hands back claims of which nothing is known here. A claim in flight may
   * have brought them; it is not waited for, because the heartbeats must continue.
   */
  async afterBeat({ owned }: HeartbeatAnswer): Promise<void> {
    const { environment: { logger }, lease, runs, claimer } = this.#parts;
    for (const job of owned) runs.cancelIfRequested(job);
    const { incarnation } = lease;
    const unknown = owned.filter((job) => !this.#runsHere(job));
    if (incarnation === undefined || unknown.length === 0) return;
    const claimsEnded = claimer.settled();
    if (!claimsEnded) return await this.#handBack(unknown, incarnation);
    claimsEnded.then(() => this.#handBack(unknown, incarnation)).catch((error) =>
      logger.debug("handing back failed; the next heartbeat does it", { error: messageOf(error) })
    );
  }

  #runsHere({ seq, claimNumber }: OwnedJob): boolean {
    return this.#parts.runs.get(seq)?.fence.claimNumber === claimNumber;
  }

  /** Hands back jobs of which every claim that could have brought them has ended: what their claims returned was lost. */
  async #handBack(unknown: readonly OwnedJob[], incarnation: number): Promise<void> {
    const { environment: { logger }, gateway, lease, waker } = this.#parts;
    const ids = unknown.filter((job) => !this.#runsHere(job)).map(({ id }) => id);
    if (ids.length === 0 || lease.incarnation !== incarnation) return;
    const claimNumbers = new Map(unknown.map((job) => [job.seq, job.claimNumber]));
    const jobs = await gateway.store.getJobs({ ids, payloads: false });
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
    waker.wakeJobs();
  }

  /** Looks for cancel requests made by other processes. */
  async seeCancelRequests(): Promise<void> {
    const { gateway, lease: { incarnation: owner }, runs } = this.#parts;
    if (owner === undefined || runs.size === 0) return;
    const jobs = await gateway.store.getJobs({
      owner,
      states: ["running"],
      cancelRequested: true,
      payloads: false,
    });
    for (const job of jobs) runs.cancelIfRequested(job);
  }
}
