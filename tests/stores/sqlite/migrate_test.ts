import assert from "node:assert/strict";
import { sqliteDialect } from "../../../src/stores/sqlite/schema/dialect.ts";
import type { SqlDriver, SqlValue } from "../../../src/stores/shared/driver.ts";
import { migrate, type MigrateOptions } from "../../../src/stores/sqlite/schema/migrate.ts";
import { type Migration, migrations, schemaVersion } from "../../../src/stores/sqlite/schema/migrations.ts";
import { parseAddress } from "../../../src/stores/libsql/address.ts";
import { connect } from "../../../src/stores/libsql/open_database.ts";
import { test } from "../../harness.ts";

const dialect = sqliteDialect();

function step(version: number, statements: readonly string[], minCompatibleVersion = 1): Migration {
  return { version, name: `step ${version}`, minCompatibleVersion, statements: () => statements };
}

const first = step(1, ["create table a(x integer) strict"]);
const second = step(2, ["create table b(x integer) strict", "insert into b values (2)"]);

async function withDriver(
  body: (driver: SqlDriver, options: MigrateOptions) => Promise<void>,
): Promise<void> {
  const address = parseAddress(":memory:");
  const driver = await connect({ address, dialect, synchronous: "full" });
  try {
    await body(driver, { driver, dialect, location: "here" });
  } finally {
    driver.close();
  }
}

async function ask(driver: SqlDriver, sql: string): Promise<readonly SqlValue[]> {
  return (await driver.read([{ sql, args: [] }]))[0]!.cells;
}

test("migrate() takes the steps that are missing, in order, and reports each", async () => {
  await withDriver(async (driver, options) => {
    assert.deepEqual(await migrate({ ...options, migrations: [first] }), {
      from: 0,
      to: 1,
      steps: [{ version: 1, name: "step 1" }],
    });
    const told: number[] = [];
    const report = await migrate({
      ...options,
      migrations: [first, second],
      onStep: ({ version }) => told.push(version),
    });
    assert.deepEqual(report, { from: 1, to: 2, steps: [{ version: 2, name: "step 2" }] });
    assert.deepEqual(told, [2]);
    assert.deepEqual(await ask(driver, "select x from b"), [2]);
  });
});

test("migrate() takes each step once when several run at the same time", async () => {
  await withDriver(async (driver, options) => {
    const reports = await Promise.all(
      Array.from({ length: 4 }, () => migrate({ ...options, migrations: [first, second] })),
    );
    assert.deepEqual(reports.flatMap(({ steps }) => steps.map(({ version }) => version)).sort(), [1, 2]);
    assert.deepEqual(await ask(driver, "select count(*) from b"), [1]);
  });
});

test("migrate() leaves nothing of a step that fails, and continues from there", async () => {
  await withDriver(async (driver, options) => {
    const broken = step(2, ["create table b(x integer) strict", "insert into nowhere values (1)"]);
    const breaking = { ...options, migrations: [first, broken] };
    await assert.rejects(() => migrate(breaking), { code: "storeFailed" });
    assert.deepEqual(await ask(driver, "select name from sqlite_schema"), []);
    await migrate({ ...options, migrations: [first] });
    await assert.rejects(() => migrate(breaking), { code: "storeFailed" });
    assert.deepEqual(await ask(driver, "select name from sqlite_schema where name in ('a', 'b')"), ["a"]);
    assert.deepEqual((await migrate({ ...options, migrations: [first, second] })).steps.length, 1);
  });
});

test("migrate() lets older code work with a later schema as long as that says it can", async () => {
  await withDriver(async (_driver, options) => {
    await migrate({ ...options, migrations: [first, second] });
    assert.deepEqual(await migrate({ ...options, migrations: [first] }), { from: 2, to: 2, steps: [] });
    await migrate({ ...options, migrations: [first, second, step(3, [], 3)] });
    await assert.rejects(() => migrate({ ...options, migrations: [first, second] }), {
      code: "storeNewerSchema",
      details: { location: "here", stored: 3, needed: 3, known: 2 },
    });
  });
});

test("migrate() makes the tables in one transaction where there are none", async () => {
  await withDriver(async (driver, options) => {
    let writes = 0;
    const counted: SqlDriver = {
      read: (statements) => driver.read(statements),
      close: () => {},
      write: (steps) => {
        writes++;
        return driver.write(steps);
      },
    };
    const told: number[] = [];
    const onStep = ({ version }: { readonly version: number }) => told.push(version);
    const { from, to, steps } = await migrate({ ...options, driver: counted, onStep });
    assert.deepEqual([from, to, steps.length, writes], [0, migrations.length, migrations.length, 1]);
    assert.deepEqual(told, migrations.map(({ version }) => version));
  });
});

test("migrate() continues from where a process of older code was faster", async () => {
  await withDriver(async (driver, options) => {
    let overtaken = false;
    const slow: SqlDriver = {
      read: (statements) => driver.read(statements),
      close: () => {},
      write: async (steps) => {
        if (!overtaken) await migrate({ ...options, migrations: [first] });
        overtaken = true;
        return await driver.write(steps);
      },
    };
    const report = await migrate({ ...options, driver: slow, migrations: [first, second] });
    assert.deepEqual(report, { from: 1, to: 2, steps: [{ version: 2, name: "step 2" }] });
    assert.deepEqual(await ask(driver, "select x from b"), [2]);
  });
});

test("migrate() brings tables that are in use to a later version, and leaves their rows", async () => {
  await withDriver(async (driver, options) => {
    const { facts } = dialect.tables;
    assert.equal((await migrate(options)).to, schemaVersion);
    const id = await ask(driver, `select value from ${facts}`);
    const later = step(schemaVersion + 1, [
      `alter table ${facts} add column later integer not null default 7`,
    ]);
    const { steps } = await migrate({ ...options, migrations: [...migrations, later] });
    assert.deepEqual(steps, [{ version: schemaVersion + 1, name: later.name }]);
    assert.deepEqual(await ask(driver, `select value from ${facts} where later = 7`), id);
    assert.equal(id.length, 1);
  });
});

test("migrations count up from 1 without a gap", () => {
  assert.deepEqual(migrations.map(({ version }) => version), migrations.map((_, index) => index + 1));
  assert.equal(schemaVersion, migrations.length);
});

test("migrate() refuses a schema that a process of later code brings too far meanwhile", async () => {
  await withDriver(async (driver, options) => {
    const later = [first, second, step(3, [], 3)];
    const overtaken: SqlDriver = {
      ...options.driver,
      read: (statements) => driver.read(statements),
      close: () => {},
      write: async (steps) => {
        await migrate({ ...options, migrations: later });
        return await driver.write(steps);
      },
    };
    const mine = { ...options, driver: overtaken, migrations: [first, second] };
    await assert.rejects(() => migrate(mine), { code: "storeNewerSchema" });
  });
});
