/** The speed of the raw driver: the ceiling that the store and the scheduler are compared with. */
import { sqliteDialect } from "../src/stores/sqlite/schema/dialect.ts";
import type { StatementResult, Step } from "../src/stores/shared/driver.ts";
import { migrate } from "../src/stores/sqlite/schema/migrate.ts";
import { parseAddress } from "../src/stores/libsql/address.ts";
import { openDriver } from "../src/stores/libsql/open_database.ts";
import { systemClock } from "../src/time/system_clock.ts";

/** The task of all benches. */
export const benchTask = "bench.noop";
/** An input of a usual size. */
export const benchInput = { user: "ada", text: "about forty bytes" };
/** The same as it is stored. */
export const benchPayload = `rich:${JSON.stringify(benchInput)}`;

/** A measured way of writing. */
export interface Setting {
  readonly jobs: number;
  readonly inFlight: number;
  readonly synchronous: "full" | "normal";
}

/** An id as long as real ones, in the order of adding. */
export function benchId(number: number): string {
  return `job-${String(number).padStart(20, "0")}`;
}

/** Jobs of one transaction at the most: as the store's own, so that neither holds the event loop up for longer. */
const ROWS_PER_COMMIT = 500;

/** Something that jobs go through, again and again. */
export interface Way {
  /** Resolves when so many jobs have gone through. */
  run(jobs: number): Promise<void>;
  close(): Promise<void>;
}

/** Jobs per second that go through a way. */
export async function perSecond(way: Way, jobs: number): Promise<number> {
  const startMs = systemClock.monotonicMs();
  await way.run(jobs);
  return jobs / (systemClock.monotonicMs() - startMs) * 1000;
}

/**
 * The ceiling: the rows that a scheduler writes, in the tables it writes them to, with their indexes and triggers, by the
 * bare driver. A job is added, claimed (its row read back, as its runner needs it) and finished with a value, in two
 * transactions of up to 500 jobs, as the store's are. Nothing is decided, awaited or answered: no limits, no leases, no
 * fences, no input checked, no function called.
 */
export async function bareDriver(
  url: string,
  { inFlight, synchronous }: Omit<Setting, "jobs">,
): Promise<Way> {
  const dialect = sqliteDialect();
  const address = parseAddress(url);
  const driver = await openDriver({ address, dialect, synchronous });
  await migrate({ driver, dialect, location: address.location });
  const sql = texts(dialect.tables.jobs);
  const write = async (step: Step): Promise<readonly StatementResult[]> => {
    const [done] = await driver.write([step]);
    // The log is written back between transactions, for the bare driver as for the store.
    await driver.upkeep?.()?.();
    if ("error" in done!) throw done.error;
    return done!.results;
  };
  let added = 0;
  return {
    async run(jobs) {
      for (let left = jobs; left > 0; left -= Math.min(inFlight, ROWS_PER_COMMIT)) {
        const count = Math.min(inFlight, ROWS_PER_COMMIT, left);
        const nowMs = systemClock.nowMs();
        const rows = Array.from({ length: count }, () => [benchId(added++), benchPayload]);
        const [, claimed] = await write([
          { sql: sql.add, args: [JSON.stringify(rows), nowMs] },
          { sql: sql.claim, args: [count, nowMs] },
        ]);
        const seqs = claimed!.cells.map((cell) => (JSON.parse(cell as string) as [number])[0]);
        const ends = JSON.stringify(seqs.map((seq) => [seq, "rich:1"]));
        await write([{ sql: sql.finish, args: [ends, nowMs] }]);
      }
    },
    close: () => Promise.resolve(driver.close()),
  };
}

function texts(jobs: string) {
  return {
    add: `insert into ${jobs}(id, state, task_name, task_version, priority, run_at, attempt, claim_number,
        lost_leases, created_at, overrides, metadata, input)
      select value ->> 0, 'ready', '${benchTask}', 1, 0, ?2, 0, 0, 0, ?2, '{}', '{}', value ->> 1 from json_each(?1)`,
    // In the order of the index of ready jobs, so that nothing is sorted.
    claim: `update ${jobs} set state = 'running', owner = 1, attempt = 1, claim_number = 1, started_at = ?2
      where seq in (select seq from ${jobs} where state = 'ready' and task_name = '${benchTask}' and queue = '1  []'
        order by rank, run_at, seq limit ?1)
      returning json_array(seq, id, task_name, input)`,
    finish:
      `update ${jobs} set state = 'finished', outcome = 'success', value = e.value ->> 1, finished_at = ?2,
        expires_at = ?2 + 86400000 from json_each(?1) e
      where ${jobs}.seq = (e.value ->> 0) and +${jobs}.owner = 1 and +${jobs}.state = 'running'`,
  };
}

/** Jobs per second by the bare driver. */
export async function throughDriver(url: string, setting: Setting): Promise<number> {
  const way = await bareDriver(url, setting);
  const rate = await perSecond(way, setting.jobs);
  await way.close();
  return rate;
}
