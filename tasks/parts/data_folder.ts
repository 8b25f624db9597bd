import { currentScheduler } from "carillon";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where these tasks keep their files: the folder of the scheduler's own database, or the current folder when that
 * is no file. Only inside a job.
 */
export function dataFolder(): string {
  return folderOfStore(currentScheduler().getStore().location);
}

/** The folder of a store such as `file:carillon.db`, as an absolute path. */
export function folderOfStore(location: string): string {
  if (!location.startsWith("file:")) return resolve(".");
  const path = location.slice("file:".length);
  // `file:data.db` is relative to the current folder, which a URL cannot be.
  return resolve(dirname(path.startsWith("/") ? fileURLToPath(location) : decodeURIComponent(path)));
}
