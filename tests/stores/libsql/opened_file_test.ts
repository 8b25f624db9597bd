import assert from "node:assert/strict";
import { copyFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { isCarillonError } from "../../../src/errors.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { newJob } from "../../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../../src/time/system_clock.ts";
import { test } from "../../harness.ts";
import { surviveTrouble } from "../trouble.ts";
import { withFolder } from "../../folders.ts";

// Windows lets nobody delete or move a file that is open.
const ignore = process.platform === "win32";

function isGone(error: unknown): boolean {
  return isCarillonError(error, "storeUnavailable") && /deleted, moved or replaced/.test(error.message);
}

test("a scheduler continues on its own when its file is put back where it was", async () => {
  await withFolder(async (folder) => {
    const [path, elsewhere] = [join(folder, "store.db"), join(folder, "elsewhere.db")];
    await surviveTrouble({
      store: libsql(`file:${path}`),
      codes: ["storeUnavailable"],
      begin: () => rename(path, elsewhere),
      mend: () => rename(elsewhere, path),
      bytes: 10,
    });
  });
}, { ignore });

test("a store whose file was deleted writes to it no more, and makes no other in its place", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "store.db");
    const store = libsql(`file:${path}`);
    await store.open({ clock: systemClock });
    try {
      await store.addJobs([newJob("a")]);
      for (const file of await readdir(folder)) await rm(join(folder, file));
      await assert.rejects(async () => {
        for (let i = 0;; i++) await store.addJobs([newJob(`b${i}`)]);
      }, isGone);
      assert.deepEqual(await readdir(folder), []);
    } finally {
      await store.close();
    }
    await store.open({ clock: systemClock });
    assert.deepEqual(await store.getJobs({}), [], "opened again, it begins anew");
    await store.close();
  });
}, { ignore });

test("a store whose file was replaced by a copy is refused until it is opened again", async () => {
  await withFolder(async (folder) => {
    const [path, backup] = [join(folder, "store.db"), join(folder, "backup.db")];
    const store = libsql(`file:${path}`);
    await store.open({ clock: systemClock });
    try {
      await store.addJobs([newJob("kept")]);
      await store.backup(backup);
      for (const name of ["store.db", "store.db-wal", "store.db-shm"]) {
        await rm(join(folder, name), { force: true });
      }
      await copyFile(backup, path);
      await assert.rejects(async () => {
        for (let i = 0;; i++) await store.addJobs([newJob(`b${i}`)]);
      }, isGone);
    } finally {
      await store.close();
    }
    await store.open({ clock: systemClock });
    assert.deepEqual((await store.getJobs({})).map(({ id }) => id), ["kept"]);
    await store.close();
  });
}, { ignore });
