import type { JobRecord, NewJob } from "../../model/job_record.ts";
import type { AddAnswer, AddClaim, ClaimAnswer, ClaimRequest } from "../../stores/job_store.ts";
import type { Lease } from "../leases/lease.ts";
import type { JobRun } from "../running/job_run.ts";
import type { JobRunner } from "../running/job_runner.ts";
import type { PiggybackedEnds } from "../running/piggybacked_ends.ts";
import type { ClaimListener } from "../store/gateway/job_gateway.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";

/** Notified of the runs that a claim has started. */
export interface RunListener {
  started(runs: readonly JobRun[]): void;
}

/**
 * Claims jobs and starts them: the one way in which jobs come to run here. Knows the claims in flight, which may still
 * bring a job that the store has recorded as claimed.
 */
export class JobClaimer {
  readonly #gateway: StoreGateway;
  readonly #lease: Lease;
  readonly #runner: JobRunner;
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(gateway: StoreGateway, lease: Lease, runner: JobRunner) {
    this.#gateway = gateway;
    this.#lease = lease;
    this.#runner = runner;
  }

  /**
   * Claims jobs, after the ends of runs in the same step. The listener gets the answer before anything is published and
   * before the jobs run: one that needs no waiting ends at once, and listeners of its end may add jobs straight away.
   */
  claim(request: ClaimRequest, ends: PiggybackedEnds, listener?: ClaimListener): Promise<ClaimAnswer> {
    return this.#note(this.#claim(request, ends, listener));
  }

  /** Claims jobs, and reports their runs. */
  claimFor(request: ClaimRequest, runs: RunListener): Promise<ClaimAnswer> {
    return this.#note(this.#claimFor(request, runs));
  }

  /** Adds jobs and claims them in the same step. */
  add(jobs: readonly NewJob[], claim: AddClaim, runs?: RunListener): Promise<AddAnswer> {
    return this.#note(this.#add(jobs, claim, runs));
  }

  /** Resolves when all claims that are now in flight have ended; undefined where there is none. */
  settled(): Promise<unknown> | undefined {
    return this.#inFlight.size === 0 ? undefined : Promise.allSettled(this.#inFlight);
  }

  async #claim(request: ClaimRequest, ends: PiggybackedEnds, listener?: ClaimListener): Promise<ClaimAnswer> {
    const answer = await ends.claimWithEnds(this.#gateway.jobs, request, listener);
    if (!this.#holds(request)) return { ...answer, claimed: [] };
    this.#runner.start(answer.claimed, request.incarnation);
    return answer;
  }

  async #claimFor(request: ClaimRequest, runs: RunListener): Promise<ClaimAnswer> {
    const answer = await this.#gateway.jobs.claim(request);
    this.#start(answer.claimed, request, runs);
    return answer;
  }

  async #add(jobs: readonly NewJob[], claim: AddClaim, runs?: RunListener): Promise<AddAnswer> {
    const answer = await this.#gateway.jobs.add(jobs, claim);
    this.#start(answer.claimed, claim, runs);
    return answer;
  }

  #start(claimed: readonly JobRecord[], request: ClaimRequest, runs?: RunListener): void {
    if (!this.#holds(request)) return;
    const started = this.#runner.start(claimed, request.incarnation);
    runs?.started(started);
  }

  /** Where the lease was lost meanwhile, the jobs may be another's by now; if not, the heartbeats hand them back. */
  #holds({ incarnation }: ClaimRequest): boolean {
    return this.#lease.incarnation === incarnation;
  }

  /** Notes a claim, from its call to the moment at which its jobs are in the run table. */
  #note<Answer>(claim: Promise<Answer>): Promise<Answer> {
    this.#inFlight.add(claim);
    const over = () => void this.#inFlight.delete(claim);
    claim.then(over, over);
    return claim;
  }
}
