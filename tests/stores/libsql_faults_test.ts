import assert from "node:assert/strict";
import { mkdir, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CarillonError, type ErrorCode } from "../../src/errors.ts";
import { sqliteDialect } from "../../src/stores/sqlite/schema/dialect.ts";
import { migrations } from "../../src/stores/sqlite/schema/migrations.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql, type LibsqlClient, type LibsqlOptions } from "../../src/stores/libsql.ts";
import { parseAddress } from "../../src/stores/libsql/address.ts";
import { makeLibsqlStore } from "../../src/stores/libsql/libsql_store.ts";
import { loadNativeBinding, type NativeDatabase } from "../../src/stores/libsql/native/native_binding.ts";
import { connect } from "../../src/stores/libsql/open_database.ts";
import { newJob } from "../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { test } from "../harness.ts";
import { withFolder } from "../folders.ts";

const dialect = sqliteDialect();

async function made(url: string): Promise<void> {
  await use(libsql(url), async () => {});
}

async function use(store: DataStore, body: (store: DataStore) => Promise<void>): Promise<void> {
  await store.open({ clock: systemClock });
  try {
    await body(store);
  } finally {
    await store.close();
  }
}

async function withConnection(
  path: string,
  body: (database: NativeDatabase) => Promise<void>,
): Promise<void> {
  const database = new (await loadNativeBinding())(path);
  try {
    await body(database);
  } finally {
    database.close();
  }
}

function run(database: NativeDatabase, sql: string): void {
  database.prepare(sql).run([]);
}

async function assertFails(
  call: () => Promise<unknown>,
  code: ErrorCode,
  ...parts: readonly string[]
): Promise<void> {
  await assert.rejects(call, (error: CarillonError) => {
    assert.ok(error instanceof CarillonError, String(error));
    assert.equal(error.code, code, error.message);
    for (const part of parts) {
      assert.ok(error.message.includes(part), `'${part}' is not in: ${error.message}`);
    }
    return true;
  });
}

const opening = (url: string) => () => libsql(url).open({ clock: systemClock });

test("open() says where it failed when the folder is missing or the path is a folder", async () => {
  await withFolder(async (folder) => {
    const missing = `file:${join(folder, "no", "store.db")}`;
    await assertFails(opening(missing), "storeUnavailable", missing, "folder");
    await assertFails(opening(`file:${folder}`), "storeUnavailable", folder);
  });
});

test("open() finds paths with blanks, letters of any script and escapes", async () => {
  await withFolder(async (folder) => {
    const names = ["two words", "100%", "日本 é", "a#b", "why?"];
    for (const name of names) await mkdir(join(folder, name));
    const escaped = ["two%20words", "two words", "100%", "100%25", "日本 é", "a%23b", "why%3f"];
    const urls = [
      ...escaped.map((path, i) => `file:${folder}/${path}/${i}.db`),
      pathToFileURL(join(folder, "a#b", "url.db")).href,
    ];
    for (const url of urls) {
      await use(libsql(url), (store) => store.addJobs([newJob("a")]).then(() => {}));
    }
    const made = await Promise.all(names.map((name) => readdir(join(folder, name))));
    const databases = made.map((files) => files.filter((file) => file.endsWith(".db")).sort());
    assert.deepEqual(databases, [["0.db", "1.db"], ["2.db", "3.db"], ["4.db"], ["5.db", "url.db"], ["6.db"]]);
  });
});

test("open() refuses a file that is not a database, and one that is damaged", async () => {
  await withFolder(async (folder) => {
    const text = join(folder, "text.db");
    await writeFile(text, "This is a text and no database. ".repeat(200));
    await assertFails(opening(`file:${text}`), "storeCorrupt", "not a database");
    const cut = join(folder, "cut.db");
    await made(`file:${cut}`);
    await withConnection(cut, async (database) => {
      await Promise.resolve(database.prepare("pragma wal_checkpoint(truncate)").all([]));
    });
    await truncate(cut, 8192);
    await assertFails(opening(`file:${cut}`), "storeCorrupt", cut, "backup");
  });
});

test("open() refuses the tables of a later version, and names both versions and the way out", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    await made(`file:${path}`);
    await withConnection(path, (database) => {
      run(database, "update carillon_meta set value = 999");
      return Promise.resolve();
    });
    await assertFails(
      opening(`file:${path}`),
      "storeNewerSchema",
      "version 999",
      `version ${migrations.length}`,
      "update Carillon",
    );
    await withConnection(path, (database) => {
      run(
        database,
        `update carillon_meta set value = ${migrations.length} where key = 'min_compatible_version'`,
      );
      return Promise.resolve();
    });
    await made(`file:${path}`);
  });
});

test("open() can be tried again after it has failed", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    await writeFile(path, "not yet a database ".repeat(100));
    const store = libsql(`file:${path}`);
    await assertFails(() => store.open({ clock: systemClock }), "storeCorrupt");
    await rm(path);
    await use(store, async () => void await store.nowMs());
  });
});

test("a store that can only be read says so when it is written to", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    await assertFails(opening(`file:${path}?mode=ro`), "storeUnavailable");
    await made(`file:${path}`);
    await use(libsql(`file:${path}?mode=ro`), async (store) => {
      assert.deepEqual(await store.getJobs({}), []);
      await assertFails(() => store.addJobs([newJob("a")]), "storeReadOnly", "writable");
    });
  });
});

test("a locked store is waited for without blocking the event loop, then given up", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    await made(`file:${path}`);
    const address = parseAddress(`file:${path}`);
    const store = makeLibsqlStore({ address, dialect, synchronous: "full", lockedMs: 200 });
    await withConnection(path, async (locker) => {
      await use(store, async () => {
        run(locker, "begin immediate");
        let turns = 0;
        const turn = () => {
          turns++;
          timer = systemClock.setTimer(turn, 5);
        };
        let timer = systemClock.setTimer(turn, 5);
        const failing = store.addJobs([newJob("a")]);
        await assertFails(() => failing, "storeBusy", path);
        timer.cancel();
        assert.ok(turns > 10, `the event loop turned ${turns} times`);
        await failing.catch((error: CarillonError) => assert.equal(error.retryable, true));
        const waiting = store.addJobs([newJob("b")]);
        assert.deepEqual((await store.getJobs({})).length, 0);
        run(locker, "commit");
        assert.equal((await waiting).jobs[0]?.outcome, "added");
        assert.deepEqual((await store.getJobs({})).map(({ id }) => id), ["b"]);
      });
    });
  });
});

test("a full database says so, keeps what it has, and continues when there is room", async () => {
  await withFolder(async (folder) => {
    const address = parseAddress(`file:${join(folder, "store.db")}`);
    const driver = await connect({ address, dialect, synchronous: "normal" });
    const write = (sql: string) => driver.write([[{ sql, args: [] }]]);
    try {
      await write("create table t(a text) strict");
      const pages = (await driver.read([{ sql: "pragma page_count", args: [] }]))[0]!.cells[0] as number;
      await driver.runAlone({ sql: `pragma max_page_count = ${pages + 2}`, args: [] });
      await assertFails(
        () => write("insert into t select hex(zeroblob(100000))"),
        "storeFull",
        "disk is full",
      );
      await write("insert into t values ('small')");
      const [count] = await driver.read([{ sql: "select count(*) from t", args: [] }]);
      assert.deepEqual(count!.cells, [1]);
    } finally {
      driver.close();
    }
  });
});

test("open() leaves tables alone that are called like its own, and says how to go on", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "app.db");
    await withConnection(path, async (application) => {
      run(application, "create table carillon_jobs(mine text)");
      run(application, "insert into carillon_jobs values ('kept')");
      await assertFails(opening(`file:${path}`), "storeFailed", "'carillon_jobs'", "tablePrefix");
      const tables = application.prepare("select name, (select mine from carillon_jobs) from sqlite_schema");
      assert.deepEqual(tables.raw(true).all([]), [["carillon_jobs", "kept"]]);
    });
    const store = libsql(`file:${path}`, { tablePrefix: "app_queue_" });
    await use(store, (store) => store.addJobs([newJob("a")]).then(() => {}));
  });
});

test("tablePrefix keeps two stores in one file apart", async () => {
  await withFolder(async (folder) => {
    const url = `file:${join(folder, "store.db")}`;
    const [ours, theirs] = [libsql(url), libsql(url, { tablePrefix: "other_" })];
    await use(ours, () =>
      use(theirs, async () => {
        await ours.addJobs([newJob("a")]);
        await theirs.addJobs([newJob("a"), newJob("b")]);
        assert.deepEqual((await ours.getJobs({})).map(({ id }) => id), ["a"]);
        assert.deepEqual((await theirs.getJobs({})).map(({ id }) => id), ["b", "a"]);
      }));
  });
});

test("libsql() refuses what it cannot use, before anything is opened", () => {
  const refused = (url: string, options: LibsqlOptions, ...parts: readonly string[]) => {
    assert.throws(() => libsql(url, options), (error: CarillonError) => {
      assert.equal(error.code, "invalidOption");
      for (const part of parts) {
        assert.ok(error.message.includes(part), `'${part}' is not in: ${error.message}`);
      }
      return true;
    });
  };
  refused("carillon.db", {}, '"file:carillon.db"');
  refused("", {}, "file:");
  refused("file:", {}, 'write "file:carillon.db"');
  refused("ftp://host/x.db", {}, "ftp://host/x.db", 'write "file:carillon.db"');
  refused("file:a#b/x.db", {}, "file:a#b/x.db", "%23");
  refused("file://folder/x.db", {}, '"file:folder/x.db"', '"file:///folder/x.db"');
  refused("file::memory:?cache=shared", {}, 'write ":memory:"');
  refused("file:x.db?vfs=unix-none", {}, "?mode=ro", "%3f");
  refused("libsql:host", {}, "libsql:host", "server");
  refused("https://user:secret@?authToken=secret2", {}, "https://", "server");
  refused("file:x.db", { tablePrefix: "drop table;" }, "tablePrefix", "drop table;");
  refused("file:x.db", { tablePrefix: "sqlite_" }, "sqlite_");
  refused("file:x.db", { synchronous: "off" as "full" }, "synchronous", "off");
  assert.equal(libsql("https://user:secret@host/db?authToken=secret2").location, "https://host/db");
  assert.throws(() => libsql({ client: {} as LibsqlClient }), {
    code: "invalidOption",
    message: /createClient/,
  });
});
