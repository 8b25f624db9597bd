import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Buffer } from "node:buffer";
import { createClient } from "@libsql/client";
import { isCarillonError } from "../../src/errors.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { newJob } from "../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { test } from "../harness.ts";
import { startChild } from "./child_process.ts";
import { LibsqlServer, noServer } from "./server.ts";
import { surviveTrouble } from "./trouble.ts";
import { noSmallDisk, SmallDisk } from "./small_disk.ts";

test(
  `a scheduler continues on its own when there is room on its disk again${noSmallDisk ?? ""}`,
  async () => {
    const disk = new SmallDisk(8);
    try {
      await surviveTrouble({
        store: libsql(`file:${join(disk.folder, "store.db")}`),
        codes: ["storeFull"],
        begin: () => Promise.resolve(disk.fill(64)),
        mend: () => Promise.resolve(disk.clear()),
      });
    } finally {
      disk.end();
    }
  },
  { ignore: noSmallDisk !== undefined },
);

test(
  `a scheduler continues on its own when there is room on the disk of its server again${
    noServer ?? noSmallDisk ?? ""
  }`,
  async () => {
    const disk = new SmallDisk(16);
    const server = await LibsqlServer.start([], disk.folder);
    try {
      await surviveTrouble({
        store: libsql(`http://${server.host}`),
        // A server says of a full disk now and then only that it failed.
        codes: ["storeFull", "storeUnavailable"],
        begin: () => Promise.resolve(disk.fill(64)),
        mend: () => Promise.resolve(disk.clear()),
      });
    } finally {
      await server.end();
      disk.end();
    }
  },
  { ignore: noServer !== undefined || noSmallDisk !== undefined },
);

test("a scheduler continues on its own when its database can be written to again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "carillon-"));
  const client = createClient({ url: `file:${join(folder, "store.db")}`, concurrency: 1 });
  try {
    await surviveTrouble({
      store: libsql({ client }),
      codes: ["storeReadOnly"],
      begin: async () => void await client.execute("pragma query_only = 1"),
      mend: async () => void await client.execute("pragma query_only = 0"),
    });
  } finally {
    client.close();
    await rm(folder, { recursive: true });
  }
});

test(
  `open() says that nobody may write to the disk, and works when somebody may${noSmallDisk ?? ""}`,
  async () => {
    const disk = new SmallDisk(4);
    const url = `file:${join(disk.folder, "store.db")}`;
    const refusal = (error: unknown) =>
      (isCarillonError(error, "storeUnavailable") || isCarillonError(error, "storeReadOnly")) &&
      /writ/.test(error.message);
    try {
      disk.allowWrites(false);
      await assert.rejects(() => libsql(url).open({ clock: systemClock }), refusal);
      disk.allowWrites(true);
      // By processes of their own: the binding lets go of a file only when its statements have been collected.
      const working = async (name: string) => {
        const child = startChild("./store_child.ts", [url, name, "work", "1"]);
        await child.ended;
        assert.equal(child.lines.at(-1), "done");
      };
      await working("a");
      disk.allowWrites(false);
      await assert.rejects(() => opened(libsql(url), (store) => store.addJobs([newJob("b")])), refusal);
      disk.allowWrites(true);
      await working("c");
      await opened(libsql(url), async (store) => assert.equal((await store.getJobs({})).length, 40));
    } finally {
      disk.end();
    }
  },
  { ignore: noSmallDisk !== undefined },
);

test(`a scheduler continues on its own when its server takes its token again${noServer ?? ""}`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "carillon-"));
  const [ours, theirs] = await Promise.all(["ours", "theirs"].map((name) => keyFile(folder, name)));
  const server = await LibsqlServer.start(ours!.flags);
  const swap = (flags: readonly string[]) => async () => {
    await server.kill();
    await server.restart(flags);
  };
  try {
    const refused = libsql(`http://${server.host}`, { authToken: theirs!.token });
    await assert.rejects(() => refused.open({ clock: systemClock }), {
      code: "storeUnavailable",
      retryable: false,
    });
    await surviveTrouble({
      store: libsql(`http://${server.host}`, { authToken: ours!.token }),
      codes: ["storeUnavailable"],
      begin: swap(theirs!.flags),
      mend: swap(ours!.flags),
    });
  } finally {
    await server.end();
    await rm(folder, { recursive: true });
  }
}, { ignore: noServer !== undefined });

async function opened(store: DataStore, use: (store: DataStore) => Promise<unknown>): Promise<void> {
  await store.open({ clock: systemClock });
  try {
    await use(store);
  } finally {
    await store.close();
  }
}

/** A key for a server, and a token that it signs. */
async function keyFile(folder: string, name: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const path = join(folder, name);
  await writeFile(path, publicKey.export({ type: "spki", format: "pem" }));
  return { flags: ["--auth-jwt-key-file", path], token: signed(privateKey) };
}

function signed(key: KeyObject): string {
  const [header, claims] = [{ alg: "EdDSA", typ: "JWT" }, { a: "rw" }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  return `${header}.${claims}.${sign(null, Buffer.from(`${header}.${claims}`), key).toString("base64url")}`;
}
