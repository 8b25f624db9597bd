/** What the raw driver writes: the ceiling that the store and the scheduler are held against. */
import { sqliteDialect } from "../src/sql/dialect.ts";
import { migrate } from "../src/sql/migrate.ts";
import { parseAddress } from "../src/stores/libsql/address.ts";
import { openDriver } from "../src/stores/libsql/open_database.ts";
import { systemClock } from "../src/time/system_clock.ts";

/** The task of all benches. */
export const benchTask = "bench.noop";
/** An input of a usual size. */
export const benchInput = { user: "ada", text: "about forty bytes" };
/** The same as it is stored. */
export const benchPayload = `rich:${JSON.stringify(benchInput)}`;

/** What is measured. */
export interface Setting {
  readonly jobs: number;
  readonly inFlight: number;
  readonly synchronous: "full" | "normal";
}

/** An id as long as real ones, in the order of adding. */
export function benchId(number: number): string {
  return `job-${String(number).padStart(20, "0")}`;
}

/**
 * The ceiling: the same rows in the same tables by the bare driver, many in one transaction: no limits, no leases, no
 * answers to anybody.
 */
export async function throughDriver(url: string, { jobs, inFlight, synchronous }: Setting): Promise<number> {
  const dialect = sqliteDialect();
  const address = parseAddress(url);
  const driver = await openDriver({ address, dialect, synchronous });
  await migrate({ driver, dialect, location: address.location });
  const table = dialect.tables.jobs;
  const startMs = systemClock.monotonicMs();
  for (let done = 0; done < jobs; done += inFlight) {
    const rows = Array.from(
      { length: Math.min(inFlight, jobs - done) },
      (_, i) => [benchId(done + i), benchPayload],
    );
    const [added] = await driver.write([[
      {
        sql:
          `insert into ${table}(id, state, task_name, task_version, priority, run_at, attempt, claim_number,
            lost_leases, created_at, overrides, metadata, input)
          select value ->> 0, 'ready', '${benchTask}', 1, 0, 1, 0, 0, 0, 1, '{}', '{}', value ->> 1 from json_each(?1)`,
        args: [JSON.stringify(rows)],
      },
      {
        sql: `update ${table} set state = 'running', owner = 1, attempt = 1, claim_number = 1, started_at = 1
          where seq in (select seq from ${table} where state = 'ready' and task_name = '${benchTask}'
            order by priority desc, run_at, seq limit ?1)
          returning json_array(seq, id, task_name, input)`,
        args: [inFlight],
      },
    ]]);
    if ("error" in added!) throw added.error;
    const seqs = added!.results[1]!.cells.map((cell) => (JSON.parse(cell as string) as [number])[0]);
    const [ended] = await driver.write([[{
      sql:
        `update ${table} set state = 'finished', outcome = 'success', value = e.value ->> 1, finished_at = 1,
          expires_at = 2 from json_each(?1) e
        where ${table}.seq = (e.value ->> 0) and +${table}.owner = 1 and +${table}.state = 'running'`,
      args: [JSON.stringify(seqs.map((seq) => [seq, "rich:1"]))],
    }]]);
    if ("error" in ended!) throw ended.error;
  }
  const perSecond = jobs / (systemClock.monotonicMs() - startMs) * 1000;
  driver.close();
  return perSecond;
}
