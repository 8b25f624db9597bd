import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import { type SchedulerInfo, schedulerView } from "../views/scheduler.ts";

/** Reads the schedulers that are registered with the stores of a scheduler. */
export class SchedulerQueries {
  readonly #units: StoreUnits;

  constructor(units: StoreUnits) {
    this.#units = units;
  }

  /** The schedulers of all stores, in the order in which they started. */
  async list(): Promise<SchedulerInfo[]> {
    const lists = await Promise.all((await this.#units.openAll()).map(listOf));
    return lists.flat();
  }
}

async function listOf({ alias, store, gateway }: StoreUnit): Promise<SchedulerInfo[]> {
  const records = await store.getSchedulers();
  const nowMs = await store.nowMs();
  return await Promise.all(records.map(async (record) => {
    const running = await gateway.queries.getJobs({
      owner: record.incarnation,
      states: ["running"],
      payloads: false,
    });
    return schedulerView(record, alias, running.length, nowMs);
  }));
}
