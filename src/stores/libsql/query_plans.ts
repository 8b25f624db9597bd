import { messageOf } from "../../errors.ts";
import { fullScans } from "../sqlite/full_scans.ts";
import { loopStatements } from "../sqlite/loop_statements.ts";
import { makeServerClient } from "./client/libsql_client.ts";
import { loadNativeBinding } from "./native/native_binding.ts";
import type { DatabaseOptions } from "./open_database.ts";

/** Asks for the plan of a statement. */
interface Explainer {
  plan(sql: string): Promise<readonly string[]>;
  close(): void;
}

/**
 * What is wrong with the way the database would carry out what the loops send, in sentences: each must find its rows by an
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
