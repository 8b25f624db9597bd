import assert from "node:assert/strict";
import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { newJob, schedulerWrite } from "../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { VirtualClock } from "../../src/time/virtual_clock.ts";
import { test } from "../harness.ts";
import { withFile } from "../folders.ts";

async function ids(store: DataStore): Promise<readonly string[]> {
  return (await store.getJobs({ order: "oldest" })).map(({ id }) => id);
}

test("libsql() keeps what is in memory when it is closed, for as long as the store object lives", async () => {
  const store = libsql(":memory:");
  await store.open({ clock: systemClock });
  await store.addJobs([newJob("a")]);
  await store.close();
  await store.open({ clock: systemClock });
  assert.deepEqual(await ids(store), ["a"]);
  await store.close();
  const other = libsql(":memory:");
  await other.open({ clock: systemClock });
  assert.deepEqual(await ids(other), []);
  await other.close();
});

test("close() waits for what was asked before it", async () => {
  await withFile(async (url) => {
    const store = libsql(url, { synchronous: "normal" });
    await store.open({ clock: systemClock });
    const adding = Promise.all(["a", "b", "c"].map((id) => store.addJobs([newJob(id)])));
    await store.close();
    await adding;
    await store.open({ clock: systemClock });
    assert.deepEqual(await ids(store), ["a", "b", "c"]);
    await store.close();
  });
});

test("addJobs() fails alone for the call that is at fault, and the rest is written", async () => {
  const store = libsql(":memory:");
  await store.open({ clock: systemClock });
  const broken = newJob("broken", { taskName: null as unknown as string });
  const calls = [newJob("a"), broken, newJob("b")].map((job) => store.addJobs([job]));
  const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);
  assert.deepEqual(outcomes, ["fulfilled", "rejected", "fulfilled"]);
  assert.deepEqual(await ids(store), ["a", "b"]);
  await assert.rejects(() => store.addJobs([newJob("c"), broken]), { code: "storeFailed" });
  assert.deepEqual(await ids(store), ["a", "b"]);
  await store.close();
});

test("nowMs() is the database's clock unless the store is opened with a clock of its own", async () => {
  const store = libsql(":memory:");
  await store.open({ clock: systemClock });
  assert.ok(Math.abs(await store.nowMs() - systemClock.nowMs()) < 1000);
  await store.close();
  const clock = new VirtualClock("2030-01-01T00:00Z");
  await store.open({ clock });
  assert.equal(await store.nowMs(), clock.nowMs());
  await store.close();
});

test("watch() reports another store object's commits on the same file, and not its own", async () => {
  await withFile(async (url) => {
    const clock = new VirtualClock();
    const [watching, writing] = [libsql(url), libsql(url)];
    await watching.open({ clock });
    await writing.open({ clock });
    let calls = 0;
    const stop = watching.watch(() => calls++);
    await clock.advance({ milliseconds: 100 });
    const before = calls;
    await watching.addJobs([newJob("own")]);
    await clock.advance({ milliseconds: 100 });
    assert.equal(calls, before);
    await writing.addJobs([newJob("theirs")]);
    await clock.advance({ milliseconds: 100 });
    assert.equal(calls, before + 1);
    stop();
    await writing.addJobs([newJob("later")]);
    await clock.advance({ milliseconds: 100 });
    assert.equal(calls, before + 1);
    assert.equal(clock.pendingTimers, 0);
    await watching.close();
    await writing.close();
  });
});

test("close() leaves everything in the one file, as soon as its last user has closed it", async () => {
  await withFile(async (url, folder) => {
    const [one, two] = [libsql(url), libsql(url)];
    await one.open({ clock: systemClock });
    await two.open({ clock: systemClock });
    await one.addJobs([newJob("a")]);
    await one.close();
    await two.addJobs([newJob("b")]);
    await two.close();
    assert.equal((await stat(join(folder, "store.db-wal"))).size, 0);
    await copyFile(join(folder, "store.db"), join(folder, "alone.db"));
    const alone = libsql(`file:${join(folder, "alone.db")}`);
    await alone.open({ clock: systemClock });
    assert.deepEqual(await ids(alone), ["a", "b"]);
    await alone.close();
  });
});

test("watch() hears of another store object's commits in real time", async () => {
  await withFile(async (url) => {
    // Watching does not keep a program alive by itself.
    const alive = systemClock.setTimer(() => {}, 60_000);
    const [watching, writing] = [libsql(url), libsql(url)];
    await watching.open({ clock: systemClock });
    await writing.open({ clock: systemClock });
    let told = () => {};
    const stop = watching.watch(() => told());
    for (const id of ["a", "b", "c"]) {
      const heard = new Promise<void>((resolve) => told = resolve);
      await writing.addJobs([newJob(id)]);
      await heard;
    }
    alive.cancel();
    stop();
    await watching.close();
    await writing.close();
  });
});

test("watch() looks only while it has listeners and the store is open", async () => {
  await withFile(async (url) => {
    const clock = new VirtualClock();
    const store = libsql(url);
    const stop = store.watch(() => {});
    assert.equal(clock.pendingTimers, 0);
    await store.open({ clock });
    assert.equal(clock.pendingTimers, 1);
    await store.close();
    assert.equal(clock.pendingTimers, 0);
    stop();
  });
});

test("backup() copies the database as it is, while it is used", async () => {
  await withFile(async (url, folder) => {
    const store = libsql(url);
    await store.open({ clock: systemClock });
    await store.addJobs([newJob("a"), newJob("b")]);
    const path = join(folder, "it's a copy.db");
    const adding = Promise.all(["c", "d"].map((id) => store.addJobs([newJob(id)])));
    await store.backup(path);
    await adding;
    await assert.rejects(() => store.backup(path), { code: "storeFailed", message: /already exists/ });
    const nowhere = join(folder, "no", "copy.db");
    await assert.rejects(() => store.backup(nowhere), { code: "storeUnavailable", message: /folder/ });
    await store.close();
    const copy = libsql(`file:${path}`);
    await copy.open({ clock: systemClock });
    assert.deepEqual((await ids(copy)).slice(0, 2), ["a", "b"]);
    assert.deepEqual(await copy.integrity(), []);
    await copy.close();
  });
});

test("backup() keeps giving identities that were never given before the copy", async () => {
  await withFile(async (url, folder) => {
    const store = libsql(url);
    await store.open({ clock: systemClock });
    const { incarnation } = await store.registerScheduler(schedulerWrite(["mail"]));
    await store.unregisterScheduler(incarnation);
    await store.backup(join(folder, "copy.db"));
    await store.close();
    const copy = libsql(`file:${join(folder, "copy.db")}`);
    await copy.open({ clock: systemClock });
    assert.ok((await copy.registerScheduler(schedulerWrite(["mail"]))).incarnation > incarnation);
    await copy.close();
  });
});

test("migrate() reports its steps once, and works on a store that is not open", async () => {
  await withFile(async (url) => {
    const store = libsql(url);
    const told: number[] = [];
    const { from, to, steps } = await store.migrate(({ version }) => told.push(version));
    assert.deepEqual([from, to, steps.map(({ version }) => version)], [0, told.length, told]);
    assert.deepEqual(await store.migrate(), { from: to, to, steps: [] });
    await store.open({ clock: systemClock });
    assert.deepEqual((await store.migrate()).steps, []);
    await store.close();
  });
});

test("integrity() names jobs that run on a scheduler without a record", async () => {
  const store = libsql(":memory:");
  await store.open({ clock: systemClock });
  const { incarnation } = await store.registerScheduler(schedulerWrite(["mail"]));
  await store.addJobs([newJob("a")], { incarnation, tasks: [{ name: "mail", version: 1 }], limit: 1 });
  assert.deepEqual(await store.integrity(), []);
  await store.unregisterScheduler(incarnation);
  assert.deepEqual(await store.integrity(), [
    `Job a runs on scheduler ${incarnation}, which has no record`,
  ]);
  await store.close();
});
