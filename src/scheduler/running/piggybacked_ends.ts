import type { ClaimAnswer } from "../../stores/job_store.ts";
import type { EndedRun } from "./ended_run.ts";
import type { RunEnding } from "../store/gateway/job_gateway.ts";
import type { RunsOver } from "./run_table.ts";

/** What becomes of ends that were to ride with a claim. */
export interface EndsOwner {
  /** They are written, or refused for good. */
  written(ended: readonly EndedRun[], accepted: readonly boolean[], over: RunsOver): Promise<void>;
  /** The call that was to write them failed. */
  failed(ended: readonly EndedRun[], error: unknown): void;
  /** No claim came that could take them along. */
  writeAlone(ended: readonly EndedRun[]): void;
}

/** A claim failed with ends in it, one of which may be guilty. They go on by themselves; the claim is to be made again. */
export class ClaimWithEndsFailed extends Error {
  override readonly name = "ClaimWithEndsFailed";
}

/**
 * Ends that a claim takes along: one step of the store writes what is over and takes what may start in its place. The
 * runs count no more as running here from now on, unless the step fails.
 */
export class PiggybackedEnds {
  readonly #rider: EndsOwner;
  #ended: readonly EndedRun[];

  /** Those that stand ready now. */
  constructor(rider: EndsOwner, ended: readonly EndedRun[]) {
    this.#rider = rider;
    this.#ended = ended;
  }

  /** Makes a claim with these ends in it. Throws what it throws, but `ClaimWithEndsFailed` where there were ends in it. */
  async claim(claim: (endings: readonly RunEnding[]) => Promise<ClaimAnswer>): Promise<ClaimAnswer> {
    const ended = this.#take();
    if (ended.length === 0) return await claim([]);
    let answer: ClaimAnswer;
    try {
      answer = await claim(ended);
    } catch (error) {
      this.#rider.failed(ended, error);
      throw new ClaimWithEndsFailed("A claim failed with ends in it", { cause: error });
    }
    void this.#rider.written(ended, answer.held, { claimed: true });
    return answer;
  }

  /** Lets those go by themselves that no claim has taken. */
  leave(): void {
    const ended = this.#take();
    if (ended.length > 0) this.#rider.writeAlone(ended);
  }

  #take(): readonly EndedRun[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }
}
