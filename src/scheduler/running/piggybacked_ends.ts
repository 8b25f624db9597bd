import type { ClaimAnswer, ClaimRequest } from "../../stores/job_store.ts";
import type { ClaimListener, JobGateway } from "../store/gateway/job_gateway.ts";
import type { EndedRun } from "./job_run.ts";

/** Writes the ends of runs, and takes them back from a claim. */
export interface EndsOwner {
  /** They are written, or refused for good, by a claim. */
  writtenByClaim(ended: readonly EndedRun[], accepted: readonly boolean[]): Promise<void>;
  /** The claim that was to write them failed. */
  claimFailed(ended: readonly EndedRun[], error: unknown): void;
  /** No claim came that could take them along. */
  writeAlone(ended: readonly EndedRun[]): void;
}

/** A claim failed with ends in it, one of which may be the cause. They are written alone; the claim is to be made again. */
export class ClaimWithEndsFailed extends Error {
  override readonly name = "ClaimWithEndsFailed";
}

/**
 * Ends that a claim takes along: one step of the store writes them and takes what may start in their place. The
 * runs count no longer as running here from now on, unless the step fails.
 */
export class PiggybackedEnds {
  readonly #owner: EndsOwner;
  #ended: readonly EndedRun[];

  constructor(owner: EndsOwner, ended: readonly EndedRun[]) {
    this.#owner = owner;
    this.#ended = ended;
  }

  /** Makes a claim with these ends in it. Throws what it throws, but `ClaimWithEndsFailed` if there were ends in it. */
  async claimWithEnds(
    jobs: JobGateway,
    request: ClaimRequest,
    listener?: ClaimListener,
  ): Promise<ClaimAnswer> {
    const ended = this.#take();
    if (ended.length === 0) return await jobs.claim(request, [], listener);
    let answer: ClaimAnswer;
    try {
      answer = await jobs.claim(request, ended, listener);
    } catch (error) {
      this.#owner.claimFailed(ended, error);
      throw new ClaimWithEndsFailed("A claim failed with ends in it", { cause: error });
    }
    void this.#owner.writtenByClaim(ended, answer.held);
    return answer;
  }

  /** Has those written alone that no claim has taken along. */
  leave(): void {
    const ended = this.#take();
    if (ended.length > 0) this.#owner.writeAlone(ended);
  }

  #take(): readonly EndedRun[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }
}
