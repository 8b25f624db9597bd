import assert from "node:assert/strict";
import process from "node:process";
import { type Client, createClient, type InStatement, type Row } from "@libsql/client/web";
import { libsql } from "../../src/stores/libsql.ts";
import { runtime } from "../harness.ts";
import { LibsqlServer } from "./server.ts";

interface Table {
  readonly name: string;
  /** The rows it has before the store is used. */
  readonly rows: readonly Row[];
}

/**
 * One server for all tests of a file: starting it and making the tables takes longer than most of them. Between tests its
 * tables are brought back to what they were when they were made. Ends with the file.
 */
export class EmptiedServer {
  readonly host: string;
  readonly #tables: readonly Table[];

  constructor(host: string, tables: readonly Table[]) {
    this.host = host;
    this.#tables = tables;
  }

  /** Starts it, with tables in it. To be called before any test: what one starts it must end. */
  static async start(): Promise<EmptiedServer> {
    const server = await LibsqlServer.start();
    atEnd(() => server.endNow());
    await libsql(`http://${server.host}`).migrate();
    return new EmptiedServer(server.host, await withClient(server.host, tablesOf));
  }

  /** Throws away what a test has left. */
  async empty(): Promise<void> {
    const empty = this.#tables.map(({ name }) => `delete from ${name}`);
    await withClient(this.host, (client) =>
      client.batch([
        ...empty,
        // Deleting rows makes others: triggers mark what is to be looked at, and tell of changes.
        ...empty,
        ...this.#tables.flatMap(restored),
      ], "write"));
    assert.deepEqual(await withClient(this.host, tablesOf), this.#tables);
  }

  /** Runs one statement behind the back of the store. */
  async execute(sql: string, args: string[]): Promise<void> {
    await withClient(this.host, (client) => client.execute({ sql, args }));
  }
}

async function withClient<Answer>(host: string, use: (client: Client) => Promise<Answer>): Promise<Answer> {
  const client = createClient({ url: `http://${host}` });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

async function tablesOf(client: Client): Promise<readonly Table[]> {
  const { rows } = await client.execute(
    "select name from sqlite_schema where type = 'table' and (name like 'carillon%' or name = 'sqlite_sequence')",
  );
  const names = rows.map(({ name }) => String(name));
  const tables = await client.batch(names.map((name) => `select * from ${name}`), "read");
  return names.map((name, index) => ({ name, rows: tables[index]!.rows }));
}

function restored({ name, rows }: Table): readonly InStatement[] {
  return rows.map((row) => {
    const columns = Object.keys(row);
    const places = columns.map((_, index) => `?${index + 1}`);
    return {
      sql: `insert into ${name}(${columns}) values (${places})`,
      args: columns.map((column) => row[column]!),
    };
  });
}

/** Calls back when all tests of the file are over. */
function atEnd(callback: () => void): void {
  if (runtime !== "deno") process.once("exit", callback);
  else {(globalThis as unknown as { addEventListener(type: string, callback: () => void): void })
      .addEventListener("unload", callback);}
}
