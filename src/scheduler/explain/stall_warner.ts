import type { Environment } from "../environment.ts";
import type { StallListener } from "../waiting/result_waiter.ts";
import type { JobExplainer } from "./explain_job.ts";

/** Warns about jobs that are awaited while nothing happens, with the reason. */
export class StallWarner implements StallListener {
  readonly #environment: Environment;
  readonly #explainer: JobExplainer;

  constructor(environment: Environment, explainer: JobExplainer) {
    this.#environment = environment;
    this.#explainer = explainer;
  }

  async stalled(jobId: string): Promise<boolean> {
    try {
      const { state, sentence, causes } = await this.#explainer.explain(jobId);
      // What runs, or runs at a time of its own, is as it should be.
      const isExpected = state === "running" || state === "finished" || causes[0]?.cause === "notDue";
      if (isExpected) return false;
      this.#environment.logger.warn("a job is awaited, and nothing happens", {
        job: jobId,
        reason: sentence,
      });
      return true;
    } catch {
      // It is not stored yet, or the store cannot be reached, which is reported elsewhere.
      return false;
    }
  }
}
