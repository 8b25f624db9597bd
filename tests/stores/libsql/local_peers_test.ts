import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteDialect } from "../../../src/stores/sqlite/schema/dialect.ts";
import type { SqlDriver } from "../../../src/stores/shared/driver.ts";
import { migrate } from "../../../src/stores/sqlite/schema/migrate.ts";
import { parseAddress } from "../../../src/stores/libsql/address.ts";
import { ChangeWatch } from "../../../src/stores/libsql/watch/change_watch.ts";
import { LocalPeers } from "../../../src/stores/libsql/watch/local_peers.ts";
import { connect } from "../../../src/stores/libsql/open_database.ts";
import { systemClock } from "../../../src/time/system_clock.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";

const dialect = sqliteDialect();

/** Two connections to one file, as two processes have them. */
async function withTwo(body: (drivers: readonly [SqlDriver, SqlDriver]) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-"));
  const address = parseAddress(`file:${join(folder, "store.db")}`);
  const open = () => connect({ address, dialect, synchronous: "normal" });
  const drivers = [await open(), await open()] as const;
  // LocalPeers keep no process alive, so something else must.
  const alive = systemClock.setTimer(() => {}, 60_000);
  try {
    await migrate({ driver: drivers[0], dialect, location: "here" });
    await body(drivers);
  } finally {
    alive.cancel();
    for (const driver of drivers) driver.close();
    await rm(folder, { recursive: true });
  }
}

function neighbors(driver: SqlDriver, onNudge: () => void = () => {}): LocalPeers {
  return new LocalPeers({ driver, dialect, clock: systemClock, onNudge });
}

test("committed() wakes the listeners on the same file, and no other", async () => {
  await withTwo(async ([one, two]) => {
    const nudged = Promise.withResolvers<void>();
    const listening = neighbors(one, nudged.resolve);
    const committing = neighbors(two, () => assert.fail("it does not listen, and nudges itself even less"));
    await listening.listen();
    committing.committed();
    await nudged.promise;
    await listening.close();
    await committing.close();
  });
});

test("committed() reports many commits together, and the last one, too", async () => {
  await withTwo(async ([one, two]) => {
    let nudges = 0;
    let nudged = Promise.withResolvers<void>();
    const listening = neighbors(one, () => {
      nudges++;
      nudged.resolve();
    });
    const committing = neighbors(two);
    await listening.listen();
    for (let i = 0; i < 1000; i++) committing.committed();
    await nudged.promise;
    nudged = Promise.withResolvers();
    committing.committed();
    await nudged.promise;
    assert.ok(nudges <= 3, `${nudges} nudges of 1001 commits`);
    await listening.close();
    await committing.close();
  });
});

test("close() takes back that it listened", async () => {
  await withTwo(async ([one, two]) => {
    const listening = neighbors(one);
    await listening.listen();
    const sql = `select count(*) from ${dialect.tables.listeners}`;
    assert.deepEqual((await two.read([{ sql, args: [] }]))[0]?.cells, [1]);
    await listening.close();
    assert.deepEqual((await two.read([{ sql, args: [] }]))[0]?.cells, [0]);
  });
});

test("nudge() has the database asked at once, but no more often than its pace allows", async () => {
  const clock = new VirtualClock("2026-01-01T00:00Z");
  const watch = new ChangeWatch();
  let count = 0;
  let asked = 0;
  let told = 0;
  watch.add(() => told++);
  watch.start({ clock, pace: { firstMs: 10, maxMs: 1000, grows: false }, counter: () => (asked++, count) });
  await clock.advance({ seconds: 5 });
  count = 1;
  const before = asked;
  watch.nudge();
  assert.equal(asked, before + 1);
  await clock.advance({ milliseconds: 0 });
  assert.equal(told, 1);
  count = 2;
  watch.nudge();
  watch.nudge();
  assert.equal(asked, before + 1, "it has just been asked");
  await clock.advance({ milliseconds: 10 });
  assert.deepEqual([asked, told], [before + 2, 2]);
  await watch.stop();
});

test("nudge() without any news has the database asked ever more seldom, as after any look in vain", async () => {
  const clock = new VirtualClock("2026-01-01T00:00Z");
  const watch = new ChangeWatch();
  let asked = 0;
  watch.add(() => assert.fail("there was no news"));
  watch.start({ clock, pace: { firstMs: 10, maxMs: 100, grows: false }, counter: () => (asked++, 1) });
  await clock.advance({ seconds: 5 });
  // Just after a look, then on to half of the way to the next one.
  for (const before = asked; asked === before;) await clock.advance({ milliseconds: 1 });
  await clock.advance({ milliseconds: 50 });
  const before = asked;
  watch.nudge();
  assert.equal(asked, before + 1);
  await clock.advance({ seconds: 1 });
  assert.ok(asked - before <= 16, `asked ${asked - before} times in a second`);
  await watch.stop();
});
