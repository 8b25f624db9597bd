import Database from "libsql";
import { join } from "node:path";
import type { Sample } from "./sample.ts";

/** How long a call waits for another process that writes; the event loop stands still meanwhile. */
const LOCKED_MS_MAX = 250;

const COLUMNS = `at_ms as "atMs", cpu_busy as "cpuBusy", load, memory_used as "memoryUsedBytes",
  memory_total as "memoryTotalBytes", disk_used as "diskUsedBytes", disk_total as "diskTotalBytes", lag_ms as "lagMs"`;

/**
 * The samples, in a database of their own beside the scheduler's: one can be deleted without the other.
 *
 * Each call opens the file and closes it: a few times a minute that costs nothing, nobody has to remember to close
 * it, and a connection that met a lock is never used again.
 */
export class SampleTable {
  /** The database's file. */
  readonly path: string;

  /** The samples in a folder. */
  constructor(folder: string) {
    this.path = join(folder, "samples.db");
  }

  /** Adds a sample; one of the same millisecond takes the other's place. */
  add(sample: Sample): void {
    const { atMs, cpuBusy, load, memoryUsedBytes, memoryTotalBytes, diskUsedBytes, diskTotalBytes, lagMs } =
      sample;
    this.#use((database) =>
      database.prepare("insert or replace into samples values (?, ?, ?, ?, ?, ?, ?, ?)")
        .run(atMs, cpuBusy, load, memoryUsedBytes, memoryTotalBytes, diskUsedBytes, diskTotalBytes, lagMs)
    );
  }

  /** The samples of a time, from first to last, both inclusive; oldest first. */
  between(fromMs: number, untilMs: number): readonly Sample[] {
    return this.#use((database) =>
      database.prepare(`select ${COLUMNS} from samples where at_ms between ? and ? order by at_ms`)
        .all(fromMs, untilMs)
    ) as Sample[];
  }

  /** Deletes the samples from before an instant, and answers how many they were. */
  forget(beforeMs: number): number {
    return this.#use((database) =>
      database.prepare("delete from samples where at_ms < ?").run(beforeMs).changes
    );
  }

  #use<T>(work: (database: Database.Database) => T): T {
    const database = new Database(this.path);
    try {
      database.exec(`
        pragma busy_timeout = ${LOCKED_MS_MAX};
        pragma journal_mode = wal;
        pragma synchronous = normal;
        create table if not exists samples (
          at_ms integer primary key, cpu_busy real, load real, memory_used integer not null,
          memory_total integer not null, disk_used integer, disk_total integer, lag_ms real
        );
      `);
      return work(database);
    } finally {
      database.close();
    }
  }
}
