import { rm } from "node:fs/promises";
import type { DataStore } from "../../src/stores/data_store.ts";
import { sqliteDialect } from "../../src/stores/sqlite/schema/dialect.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { parseAddress } from "../../src/stores/libsql/address.ts";
import { makeLibsqlStore } from "../../src/stores/libsql/libsql_store.ts";
import { loadNativeBinding } from "../../src/stores/libsql/native/native_binding.ts";
import { storeConformance } from "../../src/testing/store_conformance.ts";
import { test } from "../harness.ts";
import { freshFile } from "./fresh_file.ts";

const folders = new WeakMap<DataStore, string>();

async function storeInFile(): Promise<DataStore> {
  const { folder, path } = await freshFile();
  const store = libsql(`file:${path}`, { synchronous: "normal" });
  folders.set(store, folder);
  return store;
}

/** Breaks a row through a connection of its own, as a careless program would. */
function corrupter(sql: string): (store: DataStore, id: string) => Promise<void> {
  return async (store, id) => {
    const database = new (await loadNativeBinding())(store.location);
    try {
      database.prepare(sql).run([id]);
    } finally {
      database.close();
    }
  };
}

storeConformance({
  test: (name, body) => test(`libsql on a file: ${name}`, body),
  makeStore: storeInFile,
  makeSecond: (store) => libsql(store.location, { synchronous: "normal" }),
  corruptJob: corrupter("update carillon_jobs set overrides = '{broken', error = 'no json' where id = ?1"),
  corruptSchedule: corrupter(
    `update carillon_schedules set trigger = '{"kind":', policies = '' where id = ?1`,
  ),
  dispose: (store) => rm(folders.get(store)!, { recursive: true }),
});

storeConformance({
  test: (name, body) => test(`libsql in memory, other prefix: ${name}`, body),
  makeStore: () =>
    makeLibsqlStore({
      address: parseAddress(":memory:"),
      dialect: sqliteDialect("other_"),
      synchronous: "full",
    }),
});
