import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { libsql } from "../../src/stores/libsql.ts";
import type { LibsqlClient } from "../../src/stores/libsql/client/libsql_client.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { test } from "../harness.ts";

test("open() that fails at its last question leaves the store closed, and can be tried again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "carillon-"));
  const client = createClient({ url: `file:${join(folder, "a.db")}` }) as unknown as LibsqlClient & {
    execute(sql: string): Promise<unknown>;
  };
  let broken = true;
  const failing: LibsqlClient & { execute(sql: string): Promise<unknown> } = {
    protocol: client.protocol,
    execute: (sql) => client.execute(sql),
    batch: async (statements, mode) => {
      if (broken && statements.some(({ sql }) => sql.includes("'changes'"))) {
        throw Object.assign(new Error("SQLITE_IOERR: not now"), { code: "SQLITE_CORRUPT" });
      }
      return await client.batch(statements, mode);
    },
    reconnect: () => client.reconnect?.(),
    close: () => {},
  };
  const store = libsql({ client: failing });
  try {
    await assert.rejects(() => store.open({ clock: systemClock }));
    await assert.rejects(() => store.getJobs({}), { code: "storeClosed" });
    broken = false;
    await store.open({ clock: systemClock });
    assert.deepEqual(await store.getJobs({}), []);
    await store.close();
  } finally {
    client.close();
    await rm(folder, { recursive: true });
  }
});
