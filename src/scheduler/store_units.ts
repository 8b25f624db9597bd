import { CarillonError } from "../errors.ts";
import type { CarillonEvent } from "../events/event.ts";
import type { JobRecord } from "../model/job_record.ts";
import type { ScheduleRecord } from "../model/schedule_record.ts";
import { didYouMean } from "../model/text.ts";
import type { JobLoops } from "./environment.ts";
import type { RemoteEventListener } from "./events/broker_link.ts";
import type { StoreUnit } from "./store_unit.ts";

/** A stored record and the store it is in. */
export interface Located<Record> {
  readonly unit: StoreUnit;
  readonly record: Record;
}

/** The stores of one scheduler, by alias; the first one is the default. */
export class StoreUnits implements JobLoops, RemoteEventListener {
  readonly #units = new Map<string, StoreUnit>();

  /** All of them, the default first. */
  all(): readonly StoreUnit[] {
    return [...this.#units.values()];
  }

  /** Adds one. Throws `invalidOption` when the alias is taken. */
  add(unit: StoreUnit): void {
    if (this.#units.has(unit.alias)) {
      throw new CarillonError("invalidOption", `There is already a store with the alias '${unit.alias}'`);
    }
    this.#units.set(unit.alias, unit);
  }

  /** Takes one out. */
  remove(alias: string): void {
    this.#units.delete(alias);
  }

  /** The store of an alias, or the default one. Throws `unknownStore`. */
  get(alias?: string): StoreUnit {
    const unit = alias === undefined ? this.#units.values().next().value : this.#units.get(alias);
    if (unit) return unit;
    const known = [...this.#units.keys()];
    const hint = alias === undefined ? "" : didYouMean(alias, known);
    const what = alias === undefined
      ? "This scheduler has no store"
      : `There is no store with the alias '${alias}'`;
    throw new CarillonError("unknownStore", `${what}${hint}`, { details: { alias, known } });
  }

  /** The store of an alias, or the default one, opened. */
  async open(alias?: string): Promise<StoreUnit> {
    const unit = this.get(alias);
    await unit.open();
    return unit;
  }

  /** The store of an alias, or all of them, opened. Throws `unknownStore`. */
  async openAll(alias?: string): Promise<readonly StoreUnit[]> {
    const units = alias === undefined ? this.all() : [this.get(alias)];
    await Promise.all(units.map((unit) => unit.open()));
    return units;
  }

  /** The schedule of this id and the store it is in. Throws `scheduleNotFound`. */
  async schedule(id: string): Promise<Located<ScheduleRecord>> {
    for (const unit of this.all()) {
      await unit.open();
      const [record] = await unit.store.getSchedules({ ids: [id] });
      if (record) return { unit, record };
    }
    throw new CarillonError("scheduleNotFound", `There is no schedule '${id}'`, {
      details: { scheduleId: id },
    });
  }

  /** The job of this id and the store it is in. Throws `jobNotFound`. */
  async job(id: string): Promise<Located<JobRecord>> {
    for (const unit of this.all()) {
      await unit.open();
      const [record] = await unit.store.getJobs({ ids: [id] });
      if (record) return { unit, record };
    }
    throw new CarillonError(
      "jobNotFound",
      `There is no job '${id}': it was never added, or its retention has expired`,
      { details: { jobId: id } },
    );
  }

  /** Lets every store's job loop continue. */
  slotFreed(lookedAlias?: string): void {
    for (const unit of this.#units.values()) unit.onFreed(unit.alias === lookedAlias);
  }

  /** Has the store that an event is about act on it. */
  onRemoteEvent(event: CarillonEvent): void {
    if ("store" in event) this.#units.get(event.store)?.remoteChanges.received(event);
  }

  /** Has every store look again. */
  onMissedEvents(): void {
    for (const unit of this.#units.values()) unit.remoteChanges.mayHaveChanged();
  }
}
