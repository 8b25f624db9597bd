import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient, type InStatement } from "@libsql/client";
import Database from "libsql";
import type { JobTransaction } from "../../../src/model/job_transaction.ts";
import type { DataStore } from "../../../src/stores/data_store.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { LibsqlServer, noServer } from "../../stores/server.ts";

/** A transaction of the application's, as a test begins and ends it. */
export interface Begun {
  readonly transaction: JobTransaction;
  execute(sql: string): Promise<unknown>;
  commit(): Promise<unknown>;
  rollback(): Promise<unknown>;
}

/** An application that has its own tables in the database of the store. */
export interface Application {
  readonly store: DataStore;
  /** The address of the database. */
  readonly url: string;
  /** Another store object on the same database. */
  another(): DataStore;
  begin(): Promise<Begun>;
  /** Sends statements in one transaction. */
  send(statements: InStatement[]): Promise<unknown>;
  /** The texts in the application's table. */
  orders(): Promise<readonly string[]>;
  end(): Promise<void>;
}

const makeTable = "create table orders(name text not null)";
const readTable = "select name from orders order by rowid";

/** The ways in which an application can share a database with its scheduler. */
export const applications: Readonly<Record<string, { skip?: string; make(): Promise<Application> }>> = {
  "a connection to the file": { make: onConnection },
  "a client on the file": { make: onFileClient },
  "a client of a server": { ...(noServer === undefined ? {} : { skip: noServer }), make: onServer },
};

/** Runs a body with each kind of application. */
export async function withApplication(
  make: () => Promise<Application>,
  body: (application: Application) => Promise<void>,
): Promise<void> {
  const application = await make();
  try {
    await body(application);
  } finally {
    await application.end();
  }
}

/** A new file's address and how to delete it. */
export async function newFile(): Promise<{ readonly url: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-"));
  return { url: `file:${join(folder, "app.db")}`, remove: () => rm(folder, { recursive: true }) };
}

async function onConnection(): Promise<Application> {
  const { url, remove } = await newFile();
  const store = libsql(url, { synchronous: "normal" });
  const connection = new Database(url.slice("file:".length));
  connection.pragma("journal_mode = wal");
  connection.exec(makeTable);
  return {
    store,
    url,
    another: () => libsql(url, { synchronous: "normal" }),
    // deno-lint-ignore require-await
    async begin() {
      connection.exec("begin immediate");
      return {
        transaction: connection,
        execute: async (sql) => await Promise.resolve(connection.exec(sql)),
        commit: async () => await Promise.resolve(connection.exec("commit")),
        rollback: async () => await Promise.resolve(connection.exec("rollback")),
      };
    },
    async send(statements) {
      const all = connection.transaction(() => {
        for (const statement of statements) {
          const { sql, args } = statement as { sql: string; args: unknown[] };
          connection.prepare(sql).run(args);
        }
      });
      await Promise.resolve(all.immediate());
    },
    orders: async () =>
      await Promise.resolve(
        (connection.prepare(readTable).all() as { readonly name: string }[]).map(({ name }) => name),
      ),
    async end() {
      connection.close();
      await remove();
    },
  };
}

async function onFileClient(): Promise<Application> {
  const { url, remove } = await newFile();
  const client = createClient({ url });
  await client.execute("pragma journal_mode = wal");
  return await onClient(client, url, () => libsql(url, { synchronous: "normal" }), remove);
}

async function onServer(): Promise<Application> {
  const server = await LibsqlServer.start();
  const url = `http://${server.host}`;
  return await onClient(createClient({ url }), url, () => libsql(url), () => server.end());
}

async function onClient(
  client: Client,
  url: string,
  make: () => DataStore,
  remove: () => Promise<void>,
): Promise<Application> {
  await client.execute(makeTable);
  return {
    store: make(),
    url,
    another: make,
    async begin() {
      const transaction = await client.transaction("write");
      return {
        transaction,
        execute: (sql) => transaction.execute(sql),
        commit: () => transaction.commit(),
        rollback: () => transaction.rollback(),
      };
    },
    send: (statements) => client.batch(statements, "write"),
    orders: async () => (await client.execute(readTable)).rows.map((row) => String(row["name"])),
    async end() {
      client.close();
      await remove();
    },
  };
}
