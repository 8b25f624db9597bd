import type { ScheduleRecord, ScheduleVersion } from "../../model/schedule_record.ts";
import { only, SortedList } from "./sorted_list.ts";

/** The fields that decide the order of schedules. */
export type DueKey = Pick<ScheduleRecord, "nextFireTimeMs" | "seq">;

type AdvancedKey = Pick<ScheduleRecord, "advancedAtMs" | "seq">;

/** The schedules and their indexes, kept as those of the jobs are. */
export class ScheduleTable {
  readonly #rows = new Map<string, ScheduleRecord>();
  readonly #ids = new Map<number, string>();
  #lastSeq = 0;

  /** Those that may fire (active, not paused) and have a next fire time, earliest first. */
  readonly firing = new SortedList<ScheduleRecord, DueKey>(dueOrder);
  /** Those that may fire and must be planned first. */
  readonly toPlan = new SortedList<ScheduleRecord, DueKey>(dueOrder);
  /** Those that may fire, or could if they were not finished, by when they were last advanced. */
  readonly advanced = new SortedList<ScheduleRecord, AdvancedKey>(byAdvanced);
  /** Finished ones of generated ids, in order of adding: they go with their last job. */
  readonly disposable = new SortedList<ScheduleRecord>((a, b) => a.seq - b.seq);

  /** An identity never given before. */
  nextSeq(): number {
    return ++this.#lastSeq;
  }

  get(id: string): ScheduleRecord | undefined {
    return this.#rows.get(id);
  }

  bySeq(seq: number): ScheduleRecord | undefined {
    const id = this.#ids.get(seq);
    return id === undefined ? undefined : this.#rows.get(id);
  }

  /** The schedule, if it is still as it was read. */
  at(expected: ScheduleVersion): ScheduleRecord | undefined {
    const row = this.#rows.get(expected.id);
    return row?.seq === expected.seq && row.version === expected.version ? row : undefined;
  }

  all(): IterableIterator<ScheduleRecord> {
    return this.#rows.values();
  }

  /** Writes a row, new or over the one of the same id. */
  put(schedule: ScheduleRecord): ScheduleRecord {
    const row = Object.freeze(schedule);
    const before = this.#rows.get(row.id);
    this.#rows.set(row.id, row);
    this.#ids.set(row.seq, row.id);
    this.#reindex(before, row);
    return row;
  }

  /** Deletes a row. */
  delete(schedule: ScheduleRecord): void {
    this.#reindex(schedule, undefined);
    this.#rows.delete(schedule.id);
    this.#ids.delete(schedule.seq);
  }

  #reindex(before: ScheduleRecord | undefined, after: ScheduleRecord | undefined): void {
    this.firing.replace(only(fires, before), only(fires, after));
    this.toPlan.replace(only(isToPlan, before), only(isToPlan, after));
    this.advanced.replace(only(mayFireAgain, before), only(mayFireAgain, after));
    this.disposable.replace(only(isDisposable, before), only(isDisposable, after));
  }
}

function mayFire(schedule: ScheduleRecord): boolean {
  return schedule.status === "active" && !schedule.paused;
}

function mayFireAgain(schedule: ScheduleRecord): boolean {
  return schedule.status !== "failed" && !schedule.paused;
}

function byAdvanced(a: AdvancedKey, b: AdvancedKey): number {
  return a.advancedAtMs - b.advancedAtMs || a.seq - b.seq;
}

function fires(schedule: ScheduleRecord): boolean {
  return mayFire(schedule) && schedule.nextFireTimeMs !== null;
}

function isToPlan(schedule: ScheduleRecord): boolean {
  return mayFire(schedule) && schedule.needsPlanning;
}

function isDisposable(schedule: ScheduleRecord): boolean {
  return schedule.generatedId && schedule.status === "finished";
}

/** Earliest next fire time first; those without one, which wait to be planned, before all others. */
export function dueOrder(a: DueKey, b: DueKey): number {
  if (a.nextFireTimeMs === b.nextFireTimeMs) return a.seq - b.seq;
  return (a.nextFireTimeMs ?? -Infinity) - (b.nextFireTimeMs ?? -Infinity);
}
