import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { isCarillonError } from "../../src/errors.ts";
import { libsql, type LibsqlOptions, type LibsqlReplicaOptions } from "../../src/stores/libsql.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { test } from "../harness.ts";
import { LibsqlServer, noServer } from "./server.ts";

const refusal = (error: unknown) =>
  isCarillonError(error, "invalidOption") && /client of an embedded replica.*syncUrl/.test(error.message);

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

test("libsql() refuses options that make no embedded replica, and others it does not know", () => {
  const refused = (options: object) => () => libsql("file:local.db", options as LibsqlOptions);
  assert.throws(refused({ syncUrl: "https://db.example.org", authToken: "secret" }), {
    code: "invalidOption",
    message: /libsql\(\{ url: "file:replica.db", syncUrl:/,
  });
  assert.throws(refused({ sinchronous: "full" }), { code: "invalidOption", message: /sinchronous/ });
  const wrong = (options: Partial<LibsqlReplicaOptions>) => () =>
    libsql({ url: "file:replica.db", syncUrl: "https://db.example.org", ...options });
  for (const url of ["replica.db", ":memory:", "file:", "file::memory:", "https://db.example.org"]) {
    assert.throws(wrong({ url }), { code: "invalidOption", message: /address of a file/ });
  }
  for (const syncUrl of ["", "file:other.db", "db.example.org", "wss://db.example.org"]) {
    assert.throws(wrong({ syncUrl }), { code: "invalidOption" });
  }
  assert.throws(wrong({ syncInterval: "PT0S" }), { code: "invalidOption", message: /syncInterval/ });
  assert.throws(wrong({ synchronous: "full" } as object), { code: "invalidOption", message: /synchronous/ });
});

test("libsql() with an embedded replica is known by its server, without secrets, and touches nothing", () => {
  const store = libsql({
    url: "file:nowhere/replica.db",
    syncUrl: "libsql://me:secret@db.example.org?tls=0",
  });
  assert.equal(store.location, "libsql://db.example.org");
  assert.equal(store.replicaState(), undefined);
});
