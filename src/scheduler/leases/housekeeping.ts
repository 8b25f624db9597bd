import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { Takeover } from "./takeover.ts";

/** How often a scheduler cleans up: every minute under the usual lease, as what nobody owns is a matter of leases. */
const EVERY_LEASES = 2;
/** How much is deleted at a time, so that nobody waits for it. */
const PRUNE_MAX = 500;

/** Deletes what has expired, and looks for work that nobody owns. */
export class Housekeeping {
  readonly #environment: Environment;
  readonly #gateway: StoreGateway;
  readonly #takeover: Takeover;

  constructor(environment: Environment, gateway: StoreGateway, takeover: Takeover) {
    this.#environment = environment;
    this.#gateway = gateway;
    this.#takeover = takeover;
  }

  /** One small step; comes back at once while there is more. */
  async round(): Promise<number> {
    const pruned = Math.max(await this.pruneStep(), await this.#gateway.store.pruneChanges(PRUNE_MAX));
    if (pruned >= PRUNE_MAX) return 0;
    for (const incarnation of await this.#gateway.store.getOrphanedIncarnations()) {
      await this.#takeover.takeOver({ incarnation, name: `#${incarnation}`, leaseUntilMs: null });
    }
    return EVERY_LEASES * this.#environment.leaseMs;
  }

  /** Deletes up to one step's worth of what has expired; answers how many jobs. */
  async pruneStep(): Promise<number> {
    const { jobs, schedules } = await this.#gateway.store.prune(PRUNE_MAX);
    if (jobs > 0 || schedules.length > 0) {
      this.#environment.logger.debug("pruned", {
        store: this.#gateway.alias,
        jobs,
        schedules: schedules.length,
      });
    }
    return jobs;
  }
}
