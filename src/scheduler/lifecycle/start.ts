import type { Environment } from "../environment.ts";
import type { DeclaredSchedules } from "../schedules/declared_schedules.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import type { JoinedStores } from "./joined_stores.ts";

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
      for (const unit of units) await done(unit, () => unit.zoneRules.check());
    }
    for (const unit of units) unit.startLoops();
  }
}
