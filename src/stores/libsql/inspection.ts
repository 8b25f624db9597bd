import { messageOf } from "../../errors.ts";
import { fullScans, loopStatements } from "../sqlite/plan_checks.ts";
import { makeServerClient } from "./client/libsql_client.ts";
import { loadNativeBinding } from "./native/native_binding.ts";
import type { DatabaseOptions } from "./open_database.ts";
import { jobStates } from "../../model/states.ts";
import type { Dialect } from "../sqlite/schema/dialect.ts";
import type { SqlDriver } from "../shared/driver.ts";
import { sqlList } from "../sqlite/jobs/display_state.ts";

/** Asks for the plan of a statement. */
interface Explainer {
  plan(sql: string): Promise<readonly string[]>;
  close(): void;
}

/**
 * The faults of the plans that the database would follow for the statements of the loops, in sentences: each must find its rows by an
 * index. Old statistics or an index that is gone can be the reason. Not asked through a caller's own client, nor in memory.
 */
export async function checkPlans(options: DatabaseOptions): Promise<readonly string[]> {
  const { dialect } = options;
  const explainer = await openExplainer(options);
  if (!explainer) return [];
  try {
    const found = new Set<string>();
    for (const sql of await loopStatements(dialect)) {
      const lines = await explainer.plan(sql).catch((error) => [messageOf(error)]);
      for (const line of lines.filter((text) => text.includes("no such index"))) found.add(line);
      for (const line of fullScans(sql, lines, dialect.tables)) found.add(line);
    }
    return [...found].map((line) =>
      `A statement of the scheduler's loops finds its rows by no index (${line}): is an index gone, or are there old ` +
      "statistics (the table 'sqlite_stat1', which it needs none of)?"
    );
  } finally {
    explainer.close();
  }
}

/** On a connection of its own: explaining a write spoils a connection of the binding for writing. */
async function openExplainer(
  { address, client, authToken }: DatabaseOptions,
): Promise<Explainer | undefined> {
  if (client || address.inMemory) return undefined;
  return address.onServer ? await onServer(address.path, authToken) : await inFile(address.path);
}

async function inFile(path: string): Promise<Explainer> {
  const database = new (await loadNativeBinding())(path);
  return {
    // deno-lint-ignore require-await -- what it throws is the answer, as it is on a server
    async plan(sql) {
      const rows = database.prepare(`explain query plan ${sql}`).raw(true).all([]);
      return rows.map((row) => String(row[3]));
    },
    close: () => database.close(),
  };
}

async function onServer(url: string, authToken: string | undefined): Promise<Explainer> {
  const { signal } = new AbortController();
  const client = await makeServerClient({ url, authToken, signal: () => signal });
  return {
    async plan(sql) {
      const count = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number)));
      const args = Array<null>(count).fill(null);
      const [answer] = await client.batch([{ sql: `explain query plan ${sql}`, args }], "read");
      return answer!.rows.map((row) => String(row[3]));
    },
    close: () => client.close(),
  };
}

/** The faults of the file and of its contents, in sentences; none for a sound one. */
export async function checkIntegrity(driver: SqlDriver, { tables }: Dialect): Promise<readonly string[]> {
  const { jobs, schedulers } = tables;
  const [file, orphaned, unknown] = await driver.read([
    { sql: "pragma integrity_check(20)", args: [] },
    {
      sql:
        `select 'Job ' || id || ' runs on scheduler ' || coalesce(owner, '(none)') || ', which has no record'
        from ${jobs} where state = 'running' and coalesce(owner, 0) not in (select incarnation from ${schedulers})
        limit 20`,
      args: [],
    },
    {
      sql: `select 'Job ' || id || ' is in the unknown state ' || state from ${jobs}
        where state not in ${sqlList(jobStates)} limit 20`,
      args: [],
    },
  ]);
  const damages = file!.cells.filter((line) => line !== "ok").map((line) => `The file is damaged: ${line}`);
  return [...damages, ...orphaned!.cells, ...unknown!.cells].map(String);
}

/** The size of a database. */
export interface DatabaseSize {
  readonly bytes: number;
  /** Part of it that is free, for rows to come. */
  readonly freeBytes: number;
}

/** Asks a database how large it is. */
export async function databaseSize(driver: SqlDriver): Promise<DatabaseSize> {
  const sizes = ["page_count", "freelist_count"].map((pages) => ({
    sql: `select ${pages} * page_size from pragma_${pages}(), pragma_page_size()`,
    args: [],
  }));
  const [all, free] = await driver.read(sizes);
  return { bytes: Number(all!.cells[0]), freeBytes: Number(free!.cells[0]) };
}
