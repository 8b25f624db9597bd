import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Scheduler } from "../../src/preset/scheduler.ts";
import type { TaskSource } from "../../src/registry/task_types.ts";
import { libsql } from "../../src/stores/libsql.ts";

/** Calls with a scheduler on a database in a folder of its own, and clears away both. */
export async function schedulerInFolder(
  tasks: readonly TaskSource[],
  use: (scheduler: Scheduler, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const store = libsql(`file:${join(folder, "carillon.db")}`, { synchronous: "normal" });
    await using scheduler = new Scheduler({ store, tasks });
    await use(scheduler, folder);
  });
}

/** Calls with a folder that is cleared away afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "carillon-tasks-")));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
