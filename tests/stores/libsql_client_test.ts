import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { loadNativeBinding } from "../../src/stores/libsql/native/native_binding.ts";
import { storeConformance } from "../../src/testing/store_conformance.ts";
import { newJob } from "../../src/testing/store_conformance/records.ts";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { test } from "../harness.ts";
import { freshFile } from "./fresh_file.ts";

interface Made {
  readonly folder: string;
  readonly clients: Client[];
}

const made = new WeakMap<DataStore, Made>();

function storeOn(folder: string, clients: Client[]): DataStore {
  const client = createClient({ url: `file:${join(folder, "store.db")}` });
  clients.push(client);
  const store = libsql({ client, synchronous: "normal" });
  made.set(store, { folder, clients });
  return store;
}

async function dispose(store: DataStore): Promise<void> {
  const { folder, clients } = made.get(store)!;
  for (const client of clients) {
    assert.equal(client.closed, false);
    client.close();
  }
  await rm(folder, { recursive: true });
}

async function makeStore(): Promise<DataStore> {
  return storeOn((await freshFile()).folder, []);
}

storeConformance({
  test: (name, body) => test(`libsql on a caller's client of a file: ${name}`, body),
  makeStore,
  makeSecond: (store) => storeOn(made.get(store)!.folder, made.get(store)!.clients),
  dispose,
});

test("libsql() loses no write through a caller's client after the file was locked", async () => {
  const store = await makeStore();
  const path = join(made.get(store)!.folder, "store.db");
  await store.open({ clock: systemClock });
  const locker = new (await loadNativeBinding())(path);
  for (let round = 0; round < 3; round++) {
    locker.prepare("begin immediate").run([]);
    const adding = store.addJobs([newJob(`waits-${round}`)]);
    // real time: the lock is held by a connection that has no clock of ours
    await sleep(systemClock, 30);
    locker.prepare("commit").run([]);
    await adding;
    await store.addJobs([newJob(`after-${round}`)]);
  }
  const [[count]] = locker.prepare("select count(*) from carillon_jobs").raw(true).all([]) as [[number]];
  assert.equal(count, 6);
  locker.close();
  await store.close();
  await dispose(store);
});

test("backup() of a store on a caller's client says that it cannot", async () => {
  const store = await makeStore();
  const path = join(made.get(store)!.folder, "copy.db");
  await assert.rejects(() => (store as ReturnType<typeof libsql>).backup(path), { code: "invalidState" });
  await dispose(store);
});
