/**
 * Copies the scheduler's own database to `backups/`, checks the copy, and keeps the newest ones.
 *
 * An example of a function task: input with defaults, progress, a log, a stop between two steps, and a result.
 */
import { currentScheduler, interval, task } from "carillon";
import type { LibsqlStore } from "carillon/libsql";
import { basename, join } from "node:path";
import { z } from "zod";
import { BackupFolder } from "./parts/backup_folder.ts";
import { checkCopy } from "./parts/check_copy.ts";
import { databaseFile, dataFolder } from "./parts/data_folder.ts";

/** The input of the task. */
const Input = z.strictObject({
  /** Number of backups to keep. */
  keep: z.int().min(1).max(1000).default(7),
}).prefault({});

/** A consistent copy of the scheduler's database, made while the scheduler works. */
export const backup = task({
  name: "database.backup",
  description: "Copies the scheduler's database to backups/, checks the copy, keeps the newest ones",
  input: Input,
  timeout: { minutes: 30 },
  retry: { maxAttempts: 3, base: { seconds: 30 } },
  schedules: [{ trigger: interval({ hours: 6 }), input: { keep: 7 } }],
  async run({ keep }, { signal, log, progress }) {
    const store = currentScheduler().getStore();
    if (!canBackUp(store)) {
      throw new Error(`A store of kind '${store.kind}' cannot be backed up; use libsql("file:carillon.db")`);
    }
    const name = basename(databaseFile(store.location) ?? "memory", ".db");
    const folder = new BackupFolder(join(dataFolder(), "backups"), name);
    progress({ done: 0, total: 3 }, "copying");
    const part = await folder.prepare(Date.now());
    await store.backup(part);

    signal.throwIfAborted();
    progress({ done: 1, total: 3 }, "checking the copy");
    const { tables } = checkCopy(part);

    signal.throwIfAborted();
    progress({ done: 2, total: 3 }, "clearing away old copies");
    const file = await folder.finish(part);
    const removed = await folder.keepNewest(keep);
    progress(1, "done");
    log.info("backed up", { ...file, tables, removed: removed.length });
    return { ...file, tables, removed };
  },
});

function canBackUp(store: object): store is Pick<LibsqlStore, "backup"> {
  return "backup" in store;
}
