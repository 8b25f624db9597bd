import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { DataStore } from "../../stores/data_store.ts";
import { filePathOf } from "../../stores/libsql/address.ts";
import { isLibsqlStore } from "../configuration/store_setting.ts";
import { note, problem, type StoreFinding } from "./finding.ts";

/** A disk with less room than this will soon be full. */
const DISK_BYTES_MIN = 50e6;

/** Examines the database of an open store: damage, query plans, size, disk. Other stores have no findings. */
export async function examineDatabase(store: DataStore): Promise<readonly StoreFinding[]> {
  if (!isLibsqlStore(store)) return [];
  const { bytes, freeBytes } = await store.size();
  const damages = [...await store.integrity(), ...await store.plans()];
  const sound = "The database is sound, and the loops find all their rows by an index";
  const size = `The database takes ${megabytes(bytes)}, of which ${
    megabytes(freeBytes)
  } are free for rows to come`;
  return [
    ...damages.length === 0 ? [note("file", sound)] : damages.map((damage) => problem("file", damage)),
    note("file", size),
    ...await diskFindings(store.location, bytes),
  ];
}

/** The disk of a file must have room for its growth, and for a copy. */
async function diskFindings(location: string, bytes: number): Promise<readonly StoreFinding[]> {
  const path = filePathOf(location);
  if (path === undefined) return [];
  const { bavail, bsize } = await statfs(dirname(path));
  const freeBytes = bavail * bsize;
  const free = `The disk of the file has ${megabytes(freeBytes)} left`;
  if (freeBytes > Math.max(DISK_BYTES_MIN, bytes)) return [note("file", free)];
  return [problem("file", `${free}; make room, a full disk stops all work`)];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
