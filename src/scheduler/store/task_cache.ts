import type { TaskRecord } from "../../model/task_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { Clock } from "../../time/clock.ts";

/** Greatest age of a remembered record on which a decision depends; each heartbeat refreshes them more often. */
const AGE_MAX_MS = 15_000;

/** The tasks as stored, with their settings of run time, remembered so that a run costs no read. */
export class TaskCache {
  readonly #store: DataStore;
  readonly #clock: Clock;
  #records = new Map<string, TaskRecord>();
  #readAtMs = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(store: DataStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Reads them again. */
  async refresh(): Promise<void> {
    const records = await this.#store.getTasks();
    this.#readAtMs = this.#clock.monotonicMs();
    this.#records = new Map(records.map((record) => [record.name, record]));
  }

  /** Forgets them: the store is closed. */
  forget(): void {
    this.#records = new Map();
    this.#readAtMs = -Infinity;
  }

  /** The task as last read. */
  get(name: string): TaskRecord | undefined {
    return this.#records.get(name);
  }

  /** True if the task is known and its record is not old. */
  isFresh(name: string): boolean {
    return this.#records.has(name) && this.#clock.monotonicMs() - this.#readAtMs <= AGE_MAX_MS;
  }

  /** The task, read again where it is unknown or its record is old: once for all simultaneous calls. */
  async fresh(name: string): Promise<TaskRecord | undefined> {
    if (this.isFresh(name)) return this.get(name);
    this.#reading ??= this.refresh().finally(() => this.#reading = undefined);
    await this.#reading;
    return this.get(name);
  }
}
