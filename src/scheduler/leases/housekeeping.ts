import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { PolledWork } from "../store/poller.ts";
import type { Takeover } from "./takeover.ts";

/** Leases between two cleanups: one a minute by default, as work without an owner is a matter of leases. */
const EVERY_LEASES = 2;
/** Number of rows that are deleted at a time, so that no other write waits long. */
const PRUNE_MAX = 500;

/** Deletes what has expired, and takes over work whose owner has no record. */
export class Housekeeping implements PolledWork {
  readonly #environment: Environment;
  readonly #gateway: StoreGateway;
  readonly #takeover: Takeover;

  constructor(environment: Environment, gateway: StoreGateway, takeover: Takeover) {
    this.#environment = environment;
    this.#gateway = gateway;
    this.#takeover = takeover;
  }

  /** One small step; the next one follows at once while there is more. */
  async round(): Promise<number> {
    const { store } = this.#gateway;
    const pruned = Math.max(await this.#prune(), await store.pruneChanges(PRUNE_MAX));
    if (pruned >= PRUNE_MAX) return 0;
    for (const incarnation of await store.getOrphanedIncarnations()) {
      await this.#takeover.takeOver({ incarnation, name: `#${incarnation}`, leaseUntilMs: null });
    }
    return EVERY_LEASES * this.#environment.leaseMs;
  }

  async #prune(): Promise<number> {
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
