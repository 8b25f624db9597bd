import { join } from "node:path";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import type { TaskSource } from "../../src/registry/task_types.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { withFolder } from "../folders.ts";

/** Calls with a scheduler on a database in a folder of its own, and clears away both. */
export async function schedulerInFolder(
  tasks: readonly TaskSource[],
  use: (scheduler: Scheduler, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const store = libsql(`file:${join(folder, "carillon.db")}`, { synchronous: "normal" });
    await using scheduler = new Scheduler({ store, tasks });
    await use(scheduler, folder);
  });
}
