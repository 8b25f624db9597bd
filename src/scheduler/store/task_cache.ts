import type { TaskRecord } from "../../model/task_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { Clock } from "../../time/clock.ts";

/** How old what is remembered may be where a decision hangs on it; a beat refreshes it more often. */
const AGE_MAX_MS = 15_000;

/** The tasks as stored, with what was set about them at run time, remembered so that a run costs no read. */
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

  /** Whether the task is known, and what is remembered of it is not old. */
  isFresh(name: string): boolean {
    return this.#records.has(name) && this.#clock.monotonicMs() - this.#readAtMs <= AGE_MAX_MS;
  }

  /** The task, read again where it is unknown or what is remembered is old: once for all who ask at the same time. */
  async fresh(name: string): Promise<TaskRecord | undefined> {
    if (this.isFresh(name)) return this.get(name);
    this.#reading ??= this.refresh().finally(() => this.#reading = undefined);
    await this.#reading;
    return this.get(name);
  }
}
