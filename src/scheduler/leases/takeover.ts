import { lostLeaseTransition } from "../../model/decisions.ts";
import { resolveRunSettings } from "../../model/settings.ts";
import type { Environment } from "../environment.ts";
import type { RunEnding } from "../store/gateway/job_gateway.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { Waker } from "../store/waker.ts";

/** A scheduler that is gone; `leaseUntilMs` is null where its record is gone too. */
export interface GoneScheduler {
  readonly incarnation: number;
  readonly name: string;
  readonly leaseUntilMs: number | null;
}

/** Takes over the work of schedulers that are gone. */
export class Takeover {
  readonly #environment: Environment;
  readonly #gateway: StoreGateway;
  readonly #waker: Waker;

  constructor(environment: Environment, gateway: StoreGateway, waker: Waker) {
    this.#environment = environment;
    this.#gateway = gateway;
    this.#waker = waker;
  }

  /** Ends the gone scheduler's runs as their tasks specify, unless it was alive after all. */
  async takeOver(gone: GoneScheduler): Promise<void> {
    const { logger, events } = this.#environment;
    const endings = await this.#endings(gone.incarnation);
    const done = await this.#gateway.jobs.takeOver(gone.incarnation, gone.leaseUntilMs, endings);
    if (!done) return;
    logger.info("took over the work of a scheduler that is gone", {
      store: this.#gateway.alias,
      scheduler: gone.name,
      incarnation: gone.incarnation,
      jobs: endings.length,
    });
    events.publishOwn("schedulerTakenOver", { subject: gone.name });
    this.#waker.wake();
  }

  async #endings(incarnation: number): Promise<readonly RunEnding[]> {
    const { store } = this.#gateway;
    const jobs = await store.getJobs({
      owner: incarnation,
      states: ["running"],
      order: "oldest",
      payloads: false,
    });
    const tasks = new Map((await store.getTasks()).map((task) => [task.name, task]));
    return jobs.map((job) => {
      const task = tasks.get(job.taskName);
      const { defaults } = this.#environment;
      const settings = resolveRunSettings(job.overrides, task?.overrides, task?.settings, defaults);
      const fence = { seq: job.seq, incarnation, claimNumber: job.claimNumber };
      return { job, fence, transition: lostLeaseTransition(job, settings), durationMs: null };
    });
  }
}
