import { CarillonError } from "../../errors.ts";
import { checkName } from "../../model/option_checks.ts";
import type { DataStore, PruneAnswer } from "../../stores/data_store.ts";
import type { Environment, SchedulerStatus } from "../environment.ts";
import type { SchedulerEvents } from "../events/scheduler_events.ts";
import type { StallListener } from "../waiting/result_waiter.ts";
import { refuseInsideJob } from "./inside_job.ts";
import { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";

/** Number of jobs and schedules that a cleanup deleted. */
export interface CleanupResult {
  readonly jobs: number;
  readonly schedules: number;
}

/** Number of rows that a cleanup deletes in one step. */
const CLEANUP_STEP = 500;

/** Adds and removes the data stores of a scheduler, and registers it with them while it runs. */
export class JoinedStores {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #status: SchedulerStatus;
  readonly #events: SchedulerEvents;
  readonly #stalls: StallListener;
  /** The function that leaves each store that was joined. */
  readonly #leaves = new Map<StoreUnit, () => Promise<void>>();

  constructor(
    environment: Environment,
    units: StoreUnits,
    status: SchedulerStatus,
    events: SchedulerEvents,
    stalls: StallListener,
  ) {
    this.#stalls = stalls;
    this.#environment = environment;
    this.#units = units;
    this.#status = status;
    this.#events = events;
  }

  /** Makes a store known under an alias. Throws `invalidOption` when the alias is taken. */
  register(alias: string, store: DataStore): StoreUnit {
    const unit = new StoreUnit(this.#environment, alias, store);
    unit.results.stalls = this.#stalls;
    this.#units.add(unit);
    return unit;
  }

  /** Registers the scheduler with a store. */
  async join(unit: StoreUnit): Promise<void> {
    this.#leaves.set(unit, await unit.join());
  }

  /** Leaves every store. */
  async leaveAll(): Promise<void> {
    await Promise.all([...this.#leaves.keys()].map((unit) => this.#leave(unit)));
  }

  /** Adds a store, and joins it where the scheduler runs. */
  async add(alias: string, store: DataStore): Promise<void> {
    // A start takes in the stores that it found when it began.
    await this.#status.starting;
    const unit = this.register(checkName(alias, "alias", "addStore"), store);
    if (this.#isRunning()) await this.#takeIn(unit);
    this.#events.publishOwn("storeAdded", { subject: alias });
  }

  /** Removes a store once its runs have finished. */
  async remove(alias: string): Promise<void> {
    const unit = this.#units.get(alias);
    refuseInsideJob(this.#environment.self, [unit], "removeStore()", "call it outside its jobs");
    await unit.stopLoops();
    await unit.runs.settled();
    await unit.results.lastLook();
    unit.results.close(
      new CarillonError("storeClosed", `The store '${alias}' was taken out while this was waited for`),
    );
    await unit.soloRuns.settled();
    await this.#leave(unit);
    this.#units.remove(alias);
    await unit.close();
    this.#events.publishOwn("storeRemoved", { subject: alias });
  }

  /** Deletes what has expired in all stores, in small steps. */
  async cleanUp(): Promise<CleanupResult> {
    let jobs = 0;
    let schedules = 0;
    for (const { store } of await this.#units.openAll()) {
      let step: PruneAnswer;
      do {
        step = await store.prune(CLEANUP_STEP);
        jobs += step.jobs;
        schedules += step.schedules.length;
      } while (step.jobs > 0);
      while (await store.pruneChanges(CLEANUP_STEP) > 0);
    }
    return { jobs, schedules };
  }

  async #takeIn(unit: StoreUnit): Promise<void> {
    try {
      await this.join(unit);
    } catch (error) {
      this.#units.remove(unit.alias);
      await unit.close();
      throw error;
    }
    if (this.#isRunning()) return unit.startLoops();
    // The scheduler was stopped meanwhile, and did not know of this store yet.
    await this.#leave(unit);
    await unit.close();
  }

  #isRunning(): boolean {
    return this.#status.state === "running";
  }

  async #leave(unit: StoreUnit): Promise<void> {
    const leave = this.#leaves.get(unit);
    this.#leaves.delete(unit);
    await leave?.();
  }
}
