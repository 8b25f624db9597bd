import { createClient } from "@libsql/client/web";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { storeConformance } from "../../src/testing/store_conformance.ts";
import { runtime, test } from "../harness.ts";
import { LibsqlServer, noServer } from "./server.ts";

// A server for each store: it is ready in 50 ms, and nothing is left behind.
const servers = new WeakMap<DataStore, LibsqlServer>();

/** Breaks a row through a client of its own. */
function corrupter(sql: string): (store: DataStore, id: string) => Promise<void> {
  return async (store, id) => {
    const client = createClient({ url: `http://${servers.get(store)!.host}` });
    await client.execute({ sql, args: [id] });
    client.close();
  };
}

// Web sockets on Deno wait 40 ms for each call: the same store and the same tests, ten times as long.
for (const scheme of runtime === "deno" ? ["http"] : ["http", "ws"]) {
  storeConformance({
    test: (name, body) =>
      test(`libsql on a server, ${scheme}: ${name}${noServer ?? ""}`, body, {
        ignore: noServer !== undefined,
      }),
    async makeStore() {
      const server = await LibsqlServer.start();
      const store = libsql(`${scheme}://${server.host}`);
      servers.set(store, server);
      return store;
    },
    makeSecond: (store) => libsql(store.location),
    corruptJob: corrupter("update carillon_jobs set overrides = '{broken', error = 'no json' where id = ?1"),
    corruptSchedule: corrupter(
      `update carillon_schedules set trigger = '{"kind":', policies = '' where id = ?1`,
    ),
    dispose: (store) => servers.get(store)!.end(),
  });
}
