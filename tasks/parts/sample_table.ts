import Database from "libsql";
import { join } from "node:path";
import type { Sample } from "./sample.ts";

/** Longest wait of a call for another process that writes; the event loop stands still meanwhile. */
const LOCKED_MS_MAX = 250;

const SETUP = `
  pragma busy_timeout = ${LOCKED_MS_MAX};
  create table if not exists samples (
    at_ms integer primary key, cpu_busy real, load real, memory_used integer not null,
    memory_total integer not null, disk_used integer, disk_total integer, lag_ms real
  );`;

const ADD = "insert or replace into samples values (?, ?, ?, ?, ?, ?, ?, ?)";
const BETWEEN = `select at_ms as "atMs", cpu_busy as "cpuBusy", load, memory_used as "memoryUsedBytes",
    memory_total as "memoryTotalBytes", disk_used as "diskUsedBytes", disk_total as "diskTotalBytes", lag_ms as "lagMs"
  from samples where at_ms between ? and ? order by at_ms`;
const FORGET = "delete from samples where at_ms < ?";

/** The samples, in a database of their own beside the scheduler's: each can be looked at or thrown away alone. */
export class SampleTable {
  readonly #path: string;
  #connection: Connection | undefined;

  /** The samples in a folder; use {@linkcode samplesIn}, which opens each file once. */
  constructor(folder: string) {
    this.#path = join(folder, "samples.db");
  }

  /** Adds a sample; one of the same millisecond takes the other's place. */
  add(sample: Sample): void {
    const { atMs, cpuBusy, load, memoryUsedBytes, memoryTotalBytes, diskUsedBytes, diskTotalBytes, lagMs } =
      sample;
    this.#use(({ add }) =>
      add.run(atMs, cpuBusy, load, memoryUsedBytes, memoryTotalBytes, diskUsedBytes, diskTotalBytes, lagMs)
    );
  }

  /** The samples of a time, from first to last, both inclusive; oldest first. */
  between(fromMs: number, untilMs: number): readonly Sample[] {
    return this.#use(({ between }) => between.all(fromMs, untilMs) as Sample[]);
  }

  /** Deletes the samples from before an instant, and returns their number. */
  forget(beforeMs: number): number {
    return this.#use(({ forget }) => forget.run(beforeMs).changes);
  }

  #use<T>(work: (connection: Connection) => T): T {
    const connection = this.#connection ??= connect(this.#path);
    try {
      return work(connection);
    } catch (error) {
      // The binding never resets a statement that met a lock; from then on its connection would lose writes.
      this.#connection = undefined;
      connection.database.close();
      throw error;
    }
  }
}

const tables = new Map<string, SampleTable>();

/** The samples in a folder, always by the same connection: the binding gives a closed one back only late. */
export function samplesIn(folder: string): SampleTable {
  let table = tables.get(folder);
  if (!table) tables.set(folder, table = new SampleTable(folder));
  return table;
}

type Connection = ReturnType<typeof connect>;

function connect(path: string) {
  const database = new Database(path);
  try {
    database.exec(SETUP);
    return {
      database,
      add: database.prepare(ADD),
      between: database.prepare(BETWEEN),
      forget: database.prepare(FORGET),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
