import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { isCarillonError } from "../../src/errors.ts";
import { libsql, type LibsqlOptions } from "../../src/stores/libsql.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { test } from "../harness.ts";
import { LibsqlServer, noServer } from "./server.ts";

const refusal = (error: unknown) =>
  isCarillonError(error, "invalidOption") && /embedded replica.*address of its server/.test(error.message);

test(
  `libsql() refuses a client that is an embedded replica${noServer ?? ""}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-"));
    const server = await LibsqlServer.start();
    const client = createClient({
      url: `file:${join(folder, "replica.db")}`,
      syncUrl: `http://${server.host}`,
    });
    try {
      await assert.rejects(() => libsql({ client }).open({ clock: systemClock }), refusal);
      await server.kill();
      await assert.rejects(() => libsql({ client }).open({ clock: systemClock }), refusal);
    } finally {
      client.close();
      await server.end();
      await rm(folder, { recursive: true });
    }
  },
  { ignore: noServer !== undefined },
);

test("libsql() refuses the options of an embedded replica, and others it does not know", () => {
  const refused = (options: object) => () => libsql("file:local.db", options as LibsqlOptions);
  assert.throws(refused({ syncUrl: "https://db.example.org", authToken: "secret" }), refusal);
  assert.throws(refused({ syncInterval: 60 }), refusal);
  assert.throws(refused({ sinchronous: "full" }), { code: "invalidOption", message: /sinchronous/ });
});
