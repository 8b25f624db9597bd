import { currentScheduler } from "carillon";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where these tasks keep their files: the folder of the scheduler's own database, or the current folder when that
 * is no file. Only inside a job.
 */
export function dataFolder(): string {
  const file = databaseFile(currentScheduler().getStore().location);
  return file === undefined ? resolve(".") : dirname(file);
}

/** The file of a store such as `file:carillon.db`, as an absolute path; undefined for one without a file. */
export function databaseFile(location: string): string | undefined {
  if (!location.startsWith("file:")) return undefined;
  const path = location.slice("file:".length);
  // `file:data.db` is relative to the current folder, which a URL cannot be.
  return path.startsWith("/") ? fileURLToPath(location) : resolve(decodeURIComponent(path));
}
