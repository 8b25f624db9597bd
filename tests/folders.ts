import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Calls with a new folder, and removes it afterwards. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "carillon-")));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Calls with the URL of a database file in a new folder, and removes both afterwards. */
export function withFile(use: (url: string, folder: string) => Promise<void>): Promise<void> {
  return withFolder((folder) => use(`file:${join(folder, "store.db")}`, folder));
}
