import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataStore } from "../../../src/stores/data_store.ts";
import { libsql, type LibsqlReplicaOptions, type LibsqlStore } from "../../../src/stores/libsql.ts";
import {
  newJob,
  schedulerWrite,
  taskWrite,
  versionsOf,
} from "../../../src/testing/store_conformance/records.ts";
import { sleep } from "../../../src/time/clock.ts";
import { systemClock } from "../../../src/time/system_clock.ts";
import { test } from "../../harness.ts";
import { startChild } from "../child_process.ts";
import { LibsqlServer, noServer } from "../server.ts";

interface Place {
  readonly server: LibsqlServer;
  /** A store on the server that keeps a copy; opened. */
  readonly store: LibsqlStore;
  /** Another process's store on the server; opened. */
  readonly other: DataStore;
  readonly folder: string;
  /** Opens a store with a copy of its own, which is closed in the end. */
  open(options?: Partial<LibsqlReplicaOptions>): Promise<LibsqlStore>;
}

function placeTest(name: string, body: (place: Place) => Promise<void>): void {
  const run = async () => {
    const folder = await mkdtemp(join(tmpdir(), "carillon-"));
    const server = await LibsqlServer.start();
    const opened: DataStore[] = [];
    const open = async (options: Partial<LibsqlReplicaOptions> = {}) => {
      const url = `file:${join(folder, "replica.db")}`;
      const store = libsql({ url, syncUrl: `http://${server.host}`, syncInterval: "PT1M", ...options });
      await store.open({ clock: systemClock });
      opened.push(store);
      return store;
    };
    try {
      const other = libsql(`http://${server.host}`);
      await other.open({ clock: systemClock });
      opened.push(other);
      await body({ server, store: await open(), other, folder, open });
    } finally {
      for (const store of opened) await store.close();
      await server.end();
      await rm(folder, { recursive: true });
    }
  };
  test(`${name}${noServer ?? ""}`, run, { ignore: noServer !== undefined });
}

function looks(store: DataStore) {
  assert.ok(store.replica);
  return store.replica;
}

async function ids(store: Pick<DataStore, "getJobs">): Promise<readonly string[]> {
  return (await store.getJobs({ order: "oldest" })).map(({ id }) => id);
}

/** Waits for what happens by itself in the background. */
async function until(condition: () => boolean): Promise<void> {
  // real time: a thread of its own talks to a process of its own
  while (!condition()) await sleep(systemClock, 5);
}

placeTest("libsql() with an embedded replica answers lists from it, and decides on its server", async (p) => {
  const { store, other, server } = p;
  await store.putTasks([taskWrite("t", { maxRunningJobs: null })]);
  await store.addJobs([newJob("a", { taskName: "t" })]);
  await store.syncReplica();
  assert.equal(store.replicaState()?.current, true);
  await other.addJobs([newJob("b", { taskName: "t" })]);
  // The copy does not know of the other process's job yet; who decides does.
  assert.deepEqual(await ids(looks(store)), ["a"]);
  assert.deepEqual(await ids(store), ["a", "b"]);
  const { incarnation } = await store.registerScheduler(schedulerWrite(["t"]));
  const tasks = versionsOf(["t"]);
  const { claimed } = await store.claimJobs({ incarnation, tasks, limit: 5 });
  assert.deepEqual(claimed.map(({ id }) => id), ["a", "b"]);
  await store.syncReplica();
  await server.kill();
  assert.deepEqual((await looks(store).getJobs({})).map(({ state }) => state), ["running", "running"]);
  assert.equal((await looks(store).countJobs({})).running, 2);
  assert.deepEqual((await looks(store).getTasks()).map(({ name, runningJobs }) => [name, runningJobs]), [[
    "t",
    2,
  ]]);
  await server.restart();
});

placeTest(
  "libsql() with an embedded replica shows what this process has written, each time",
  async ({ store }) => {
    const added: string[] = [];
    for (let i = 0; i < 40; i++) {
      if (i % 3 === 0) await store.syncReplica();
      await store.addJobs([newJob(`job-${i}`)]);
      added.push(`job-${i}`);
      assert.deepEqual(await ids(looks(store)), added);
      if (i % 5 === 0) await until(() => store.replicaState()!.current);
      assert.deepEqual(await ids(looks(store)), added);
    }
  },
);

placeTest(
  "libsql() with an embedded replica shows what it has heard of from others",
  async ({ store, other }) => {
    await store.syncReplica();
    let heard = false;
    store.watch(() => heard = true);
    await other.addJobs([newJob("a")]);
    await until(() => heard);
    assert.deepEqual(await ids(looks(store)), ["a"]);
  },
);

placeTest(
  "libsql() with an embedded replica keeps it up to date in the background",
  async ({ other, open, folder }) => {
    const store = await open({ url: `file:${join(folder, "quick.db")}`, syncInterval: { milliseconds: 20 } });
    await other.addJobs([newJob("a")]);
    const addedMs = systemClock.monotonicMs();
    // Nobody asks for it meanwhile.
    await until(() => (store.replicaState()?.behindMs ?? Infinity) < systemClock.monotonicMs() - addedMs - 1);
    await store.syncReplica();
    assert.deepEqual(await ids(looks(store)), ["a"]);
  },
);

placeTest(
  "libsql() with an embedded replica says so when its server is gone, and continues when it is back",
  async (p) => {
    const { store, server } = p;
    for (let round = 0; round < 3; round++) {
      await store.addJobs([newJob(`before-${round}`)]);
      await store.syncReplica();
      await server.kill();
      await assert.rejects(() => store.syncReplica(), { code: "storeUnavailable", message: /replica\.db/ });
      assert.equal(store.replicaState()?.current, false);
      assert.ok(store.replicaState()?.problem);
      await server.restart();
      await store.syncReplica();
      assert.equal(store.replicaState()?.problem, undefined);
      assert.deepEqual(await ids(looks(store)), await ids(store));
      assert.equal((await ids(store)).length, round + 1);
    }
  },
);

placeTest(
  "libsql() with an embedded replica never stands still while its server is silent",
  async ({ store, server }) => {
    await store.syncReplica();
    server.signal("SIGSTOP");
    try {
      const syncing = store.syncReplica().catch((error) => error);
      let beats = 0;
      const startMs = systemClock.monotonicMs();
      while (systemClock.monotonicMs() - startMs < 300) {
        // real time: the event loop must turn while a thread waits
        await sleep(systemClock, 5);
        beats++;
      }
      assert.ok(beats > 10, `the event loop turned ${beats} times`);
      server.signal("SIGCONT");
      assert.equal(await syncing, undefined);
    } finally {
      server.signal("SIGCONT");
    }
  },
);

placeTest(
  "libsql() with an embedded replica leaves a file alone that another store keeps",
  async ({ store, open }) => {
    const second = await open();
    await second.addJobs([newJob("a")]);
    assert.deepEqual(await ids(looks(second)), ["a"]);
    await assert.rejects(() => second.syncReplica(), {
      code: "storeUnavailable",
      message: /give each its own/,
    });
    await store.close();
    await second.syncReplica();
    assert.equal(second.replicaState()?.current, true);
    await store.open({ clock: systemClock });
  },
);

placeTest("libsql() with an embedded replica opens a file again that it has closed", async ({ store }) => {
  await store.addJobs([newJob("a")]);
  for (let round = 0; round < 5; round++) {
    await store.syncReplica();
    assert.deepEqual(await ids(looks(store)), ["a"]);
    await store.close();
    assert.equal(store.replicaState(), undefined);
    await store.open({ clock: systemClock });
  }
});

placeTest("open() refuses a file that is no replica, or cannot be", async ({ folder, open }) => {
  const path = join(folder, "local.db");
  await libsql(`file:${path}`).migrate();
  const refused = { code: "storeUnavailable", message: /made as a replica/ };
  await assert.rejects(() => open({ url: `file:${path}` }), refused);
  await writeFile(join(folder, "text.db"), "this is no database at all, whatever it is called".repeat(99));
  await assert.rejects(() => open({ url: `file:${join(folder, "text.db")}` }), refused);
  await assert.rejects(() => open({ url: `file:${join(folder, "nowhere", "replica.db")}` }), refused);
});

placeTest("a process with an embedded replica ends by itself", async ({ server, folder }) => {
  const child = startChild("./replica_child.ts", [
    `file:${join(folder, "child.db")}`,
    `http://${server.host}`,
  ]);
  assert.equal(await child.ended, 0);
  assert.deepEqual(child.lines.filter(Boolean), ["result 42", "state finished", "again finished 1"]);
});

placeTest(
  "libsql() with an embedded replica continues with the file of a process that was killed while it wrote to it",
  async ({ server, folder, open, other }) => {
    const url = `file:${join(folder, "killed.db")}`;
    for (let life = 0; life < 4; life++) {
      const child = startChild("./replica_writer.ts", [url, `http://${server.host}`, `life-${life}`]);
      await child.until("round", 3 + life * 5);
      child.kill("SIGKILL");
      await child.ended;
    }
    const store = await open({ url });
    await store.syncReplica();
    const stored = await ids(other);
    assert.ok(stored.length >= 42 * 20);
    assert.deepEqual(await ids(looks(store)), stored);
    assert.equal(store.replicaState()?.current, true);
  },
);
