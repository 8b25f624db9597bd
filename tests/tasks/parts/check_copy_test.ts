import Database from "libsql";
import assert from "node:assert/strict";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkCopy } from "../../../tasks/parts/check_copy.ts";
import { test } from "../../harness.ts";
import { withFolder } from "../../folders.ts";

test("checkCopy() counts the tables of a sound copy", async () => {
  await withFolder(async (folder) => {
    const path = databaseIn(folder);
    assert.deepEqual(await Promise.resolve(checkCopy(path)), { tables: 1 });
  });
});

test("checkCopy() refuses a damaged copy, an empty one, and what is no database", async () => {
  await withFolder(async (folder) => {
    const path = databaseIn(folder);
    const file = await open(path, "r+");
    await file.write(new Uint8Array(4096).fill(255), 0, 4096, 8192);
    await file.close();
    assert.throws(() => checkCopy(path), /damaged|malformed/);

    await writeFile(join(folder, "text.db"), "no database".repeat(500));
    assert.throws(() => checkCopy(join(folder, "text.db")), /not a database/);
    await writeFile(join(folder, "empty.db"), "");
    assert.throws(() => checkCopy(join(folder, "empty.db")), /has no tables/);
  });
});

function databaseIn(folder: string): string {
  const path = join(folder, "copy.db");
  const database = new Database(path);
  try {
    database.exec("begin; create table things (name text)");
    const insert = database.prepare("insert into things values (?)");
    for (let i = 0; i < 500; i++) insert.run(`a thing with a long name, number ${i}`);
    database.exec("commit");
  } finally {
    database.close();
  }
  return path;
}
