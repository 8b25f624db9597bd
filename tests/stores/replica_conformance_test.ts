import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { storeConformance } from "../../src/testing/store_conformance.ts";
import { test } from "../harness.ts";
import { EmptiedServer } from "./emptied_server.ts";
import { noServer } from "./server.ts";

const server = noServer === undefined ? await EmptiedServer.start() : undefined;
const folders = new WeakMap<DataStore, string>();

/** A store whose lists and counts are answered by its replica, which is brought up to date before each. */
async function makeStore(): Promise<DataStore> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-"));
  const url = `file:${join(folder, "replica.db")}`;
  const store = libsql({ url, syncUrl: `http://${server!.host}`, syncInterval: "PT1M" });
  const replica = async () => {
    await store.syncReplica();
    assert.equal(store.replicaState()?.current, true);
    return store.replica!;
  };
  const looking: DataStore = {
    ...store,
    getJobs: async (filter) => await (await replica()).getJobs(filter),
    countJobs: async (filter) => await (await replica()).countJobs(filter),
    getSchedules: async (filter) => await (await replica()).getSchedules(filter),
    getTasks: async (names) => await (await replica()).getTasks(names),
  };
  folders.set(looking, folder);
  return looking;
}

// What else the store does is what the server's own store does.
storeConformance({
  test: (name, body) => {
    if (!/^(getJobs|countJobs|getSchedules|getTasks|putTasks|updateTask)/.test(name)) return;
    test(`libsql with an embedded replica: ${name}${noServer ?? ""}`, body, {
      ignore: noServer !== undefined,
    });
  },
  makeStore,
  makeSecond: () => libsql(`http://${server!.host}`),
  dispose: async (store) => {
    await server!.empty();
    await rm(folders.get(store)!, { recursive: true });
  },
});
