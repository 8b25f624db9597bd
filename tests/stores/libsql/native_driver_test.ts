import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteDialect } from "../../../src/stores/sqlite/schema/dialect.ts";
import type { SqlValue, Step } from "../../../src/stores/shared/driver.ts";
import { parseAddress } from "../../../src/stores/libsql/address.ts";
import { loadNativeBinding, type NativeDatabase } from "../../../src/stores/libsql/native/native_binding.ts";
import type { NativeDriver } from "../../../src/stores/libsql/native/native_driver.ts";
import { connect } from "../../../src/stores/libsql/open_database.ts";
import { test } from "../../harness.ts";

interface Setting {
  readonly driver: NativeDriver;
  /** A connection of another process to the same file. */
  readonly other: NativeDatabase;
  count(): number;
}

async function withDriver(body: (setting: Setting) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-"));
  const path = join(folder, "store.db");
  const address = parseAddress(`file:${path}`);
  const driver = await connect({ address, dialect: sqliteDialect(), synchronous: "normal", lockedMs: 30 });
  await driver.write([[{ sql: "create table t(a integer not null, b text) strict", args: [] }]]);
  const other = new (await loadNativeBinding())(path);
  const count = () => Number(other.prepare("select count(*) from t").raw(true).all([])[0]![0]);
  try {
    await body({ driver, other, count });
  } finally {
    other.close();
    driver.close();
    await rm(folder, { recursive: true });
  }
}

function insert(...args: readonly SqlValue[]): Step {
  return [{ sql: "insert into t(a, b) values (?1, ?2)", args: args.length === 2 ? args : [...args, null] }];
}

test("write() is whole and kept after a statement has failed on a lock", async () => {
  await withDriver(async ({ driver, other, count }) => {
    // The binding leaves such a statement unreset; every later commit of its connection would fail or be lost.
    const autocommit = { sql: "update t set b = 'never run again, so never reset'", args: [] };
    other.prepare("begin immediate").run([]);
    await assert.rejects(() => driver.runAlone(autocommit), { code: "storeBusy" });
    other.prepare("commit").run([]);
    for (let a = 0; a < 5; a++) await driver.write([insert(a)]);
    assert.equal(count(), 5);
  });
});

test("read() keeps its connection, and its prepared statements, while a write waits for the lock", async () => {
  await withDriver(async ({ driver, other, count }) => {
    await driver.runAlone({ sql: "create temp table of_this_connection(x)", args: [] });
    const step: Step = [
      { sql: "select count(*) from t", args: [] },
      { sql: "select count(*) from temp.of_this_connection", args: [] },
    ];
    other.prepare("begin immediate").run([]);
    const writing = driver.write([insert(1)]);
    for (let times = 0; times < 2; times++) {
      assert.deepEqual((await driver.read(step)).map(({ cells }) => cells), [[0], [0]]);
    }
    other.prepare("commit").run([]);
    await writing;
    assert.equal(count(), 1);
    assert.deepEqual((await driver.read(step)).map(({ cells }) => cells), [[1], [0]]);
  });
});

test("write() undoes the step that is at fault, and only that", async () => {
  await withDriver(async ({ driver, count }) => {
    const results = await driver.write([insert(1), [...insert(2), ...insert("no number")], insert(3)]);
    assert.deepEqual(results.map((result) => "results" in result), [true, false, true]);
    assert.equal(count(), 2);
    const [alone] = await driver.write([[...insert(4), ...insert(null)]]);
    assert.ok("error" in alone!);
    assert.equal(count(), 2);
    assert.ok("results" in (await driver.write([insert(5)]))[0]!);
    assert.equal(count(), 3);
  });
});

test("write() says how many rows changed, also to a later statement of the step", async () => {
  await withDriver(async ({ driver }) => {
    const [result] = await driver.write([[
      { sql: "insert into t(a) select value from json_each(?1)", args: ["[1,2,3]"] },
      { sql: "update t set b = 'x' where a > 1 returning a", args: [] },
      { sql: "select changes()", args: [] },
    ]]);
    assert.ok("results" in result!);
    assert.equal(result.results[0]!.changes, 3);
    assert.deepEqual([...result.results[1]!.cells].sort(), [2, 3]);
    assert.deepEqual(result.results[2]!.cells, [2]);
  });
});

test("read() shows one state of the database to all its statements, and whole numbers as such", async () => {
  await withDriver(async ({ driver }) => {
    await driver.write([insert(7)]);
    const [kind, sum] = await driver.read([
      { sql: "select typeof(?1) || ' ' || typeof(?2)", args: [5, 5.5] },
      { sql: "select sum(a) + ?1 from t", args: [1_800_000_000_000] },
    ]);
    assert.deepEqual([kind!.cells, sum!.cells], [["integer real"], [1_800_000_000_007]]);
  });
});

test("changeCounter() changes when another connection has committed, not for own writes", async () => {
  await withDriver(async ({ driver, other }) => {
    const before = driver.changeCounter();
    await driver.write([insert(1)]);
    assert.equal(driver.changeCounter(), before);
    other.prepare("insert into t(a) values (2)").run([]);
    assert.notEqual(driver.changeCounter(), before);
  });
});
