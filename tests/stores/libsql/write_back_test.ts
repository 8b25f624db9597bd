import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteDialect } from "../../../src/stores/sqlite/schema/dialect.ts";
import { parseAddress } from "../../../src/stores/libsql/address.ts";
import type { NativeDriver } from "../../../src/stores/libsql/native/native_driver.ts";
import { connect } from "../../../src/stores/libsql/open_database.ts";
import { test } from "../../harness.ts";

/** Writes so many transactions of 500 wide rows; returns how large the log became. */
async function logAfter(transactions: number, upkeep: (driver: NativeDriver) => unknown): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-"));
  const path = join(folder, "store.db");
  const address = parseAddress(`file:${path}`);
  const driver = await connect({ address, dialect: sqliteDialect(), synchronous: "normal" });
  try {
    await driver.write([[{ sql: "create table t(a integer primary key, b text)", args: [] }]]);
    const sql = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
      insert into t(b) select printf('%.*c', 400, 'x') from n`;
    for (let i = 0; i < transactions; i++) {
      await driver.write([[{ sql, args: [] }]]);
      await upkeep(driver);
    }
    return (await stat(`${path}-wal`)).size;
  } finally {
    driver.close();
    await rm(folder, { recursive: true });
  }
}

test("upkeep() brings the log into the file between transactions, so that it stays small", async () => {
  let done = 0;
  const size = await logAfter(120, async (driver) => {
    const work = driver.upkeep();
    if (work) done++;
    await work?.();
  });
  assert.ok(size < 10_000_000, `${size}`);
  assert.ok(done >= 3 && done < 60, `${done}`);
});

test("upkeep() is not asked for in vain: without it the log grows", async () => {
  assert.ok(await logAfter(120, () => {}) > 15_000_000);
});

test("upkeep() has nothing to do in memory, or where nothing was written", async () => {
  const address = parseAddress(":memory:");
  const driver = await connect({ address, dialect: sqliteDialect(), synchronous: "normal" });
  await driver.write([[{ sql: "create table t(a integer primary key)", args: [] }]]);
  const sql =
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) insert into t select i from n";
  await driver.write([[{ sql, args: [] }]]);
  assert.equal(driver.upkeep(), undefined);
  driver.close();
});
