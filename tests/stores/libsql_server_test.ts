import { libsql } from "../../src/stores/libsql.ts";
import { storeConformance } from "../../src/testing/store_conformance.ts";
import { runtime, test } from "../harness.ts";
import { EmptiedServer } from "./emptied_server.ts";
import { noServer } from "./server.ts";

const server = noServer === undefined ? await EmptiedServer.start() : undefined;

/** Breaks a row behind the back of the store. */
function corrupter(sql: string): (store: unknown, id: string) => Promise<void> {
  return (_store, id) => server!.execute(sql, [id]);
}

// Web sockets on Deno wait 40 ms for each call: the same store and the same tests, ten times as long.
for (const scheme of runtime === "deno" ? ["http"] : ["http", "ws"]) {
  storeConformance({
    test: (name, body) =>
      test(`libsql on a server, ${scheme}: ${name}${noServer ?? ""}`, body, {
        ignore: noServer !== undefined,
      }),
    makeStore: () => libsql(`${scheme}://${server!.host}`),
    makeSecond: (store) => libsql(store.location),
    corruptJob: corrupter("update carillon_jobs set overrides = '{broken', error = 'no json' where id = ?1"),
    corruptSchedule: corrupter(
      `update carillon_schedules set trigger = '{"kind":', policies = '' where id = ?1`,
    ),
    dispose: () => server!.empty(),
  });
}
