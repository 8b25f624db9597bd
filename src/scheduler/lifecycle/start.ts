import { timeZoneDataVersion } from "../../time/time_zone_data_version.ts";
import type { Environment } from "../environment.ts";
import type { DeclaredSchedules } from "../schedules/declared_schedules.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import type { JoinedStores } from "./joined_stores.ts";

/** Name under which a store keeps the version of the time zone rules that its fires were computed with. */
const ZONE_RULES = "timeZoneData";

/** Starts the work of a scheduler: joins the stores, writes the declared schedules, and starts the loops. */
export class StartUp {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #stores: JoinedStores;
  readonly #declared: DeclaredSchedules;

  constructor(
    environment: Environment,
    units: StoreUnits,
    stores: JoinedStores,
    declared: DeclaredSchedules,
  ) {
    this.#environment = environment;
    this.#units = units;
    this.#stores = stores;
    this.#declared = declared;
  }

  /** Waits for stores that cannot be reached until `patience` is aborted; without it, throws what they throw. */
  async run(patience: AbortSignal | undefined): Promise<void> {
    const done = <Result>(unit: StoreUnit, work: () => Promise<Result>) =>
      patience === undefined ? work() : unit.health.untilItAnswers(work, patience);
    const units = this.#units.all();
    for (const unit of units) await done(unit, () => this.#stores.join(unit));
    if (this.#environment.role !== "worker") {
      await done(this.#units.get(), () => this.#declared.write());
      for (const unit of units) await done(unit, () => this.#replanOnNewZoneRules(unit));
    }
    for (const unit of units) unit.startLoops();
  }

  /** Has all fires computed again when the runtime's time zone rules are not those of the last start. */
  async #replanOnNewZoneRules({ store, alias }: StoreUnit): Promise<void> {
    const version = timeZoneDataVersion();
    const before = await store.getFact(ZONE_RULES);
    if (before === version) return;
    if (before !== undefined) {
      const schedules = await store.replanSchedules();
      this.#environment.logger.info(
        "the time zone rules are not those of the last start; fires are computed again",
        { store: alias, before, now: version, schedules },
      );
    }
    await store.putFact(ZONE_RULES, version);
  }
}
