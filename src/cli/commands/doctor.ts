import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { CarillonError } from "../../errors.ts";
import { examineStore, type StoreFinding } from "../doctor/examine_store.ts";
import type { DataStore } from "../../stores/data_store.ts";
import { filePathOf } from "../../stores/libsql/address.ts";
import { systemClock } from "../../time/system_clock.ts";
import type { Command } from "../command.ts";
import { loadConfiguration } from "../configuration/load_configuration.ts";
import { configurationOptions, settingOptions } from "../configuration/option_layer.ts";
import { isLibsqlStore } from "../configuration/store_setting.ts";
import { refuseMissingStores, storesOf } from "../open_scheduler.ts";
import { withProgress } from "../progress.ts";

/** Less room than this on the disk is soon none. */
const DISK_BYTES_MIN = 50e6;

/** What was found in one store. */
interface ExaminedStore {
  readonly store: string;
  readonly location: string;
  readonly findings: readonly StoreFinding[];
}

/** `doctor`: looks the stores over. */
export const doctorCommand: Command = {
  name: "doctor",
  summary:
    "Look the stores over: damage, query plans, dead schedulers, late schedules, stuck jobs, clocks, size, disk",
  details:
    "Changes nothing, but opening a store brings its tables up to date. The exit code is 1 where something is to be mended.",
  options: [...settingOptions("store"), ...configurationOptions],
  async run(context) {
    const configuration = await loadConfiguration(context);
    refuseMissingStores(configuration, context.terminal.directory);
    const examined: ExaminedStore[] = [];
    for (const [alias, store] of Object.entries(storesOf(configuration))) {
      const label = () => `examining ${store.location}`;
      const options = { terminal: context.terminal, clock: systemClock, label };
      const findings = await withProgress(options, () => examine(store));
      examined.push({ store: alias, location: store.location, findings });
    }
    context.print(examined, () => examined.map(lines).join("\n\n"));
    return examined.some(({ findings }) => findings.some(({ level }) => level === "problem")) ? 1 : 0;
  },
};

async function examine(store: DataStore): Promise<readonly StoreFinding[]> {
  try {
    await store.open({ clock: systemClock });
  } catch (error) {
    // The other stores are looked over all the same.
    if (!(error instanceof CarillonError)) throw error;
    return [{ level: "problem", topic: "file", message: error.message }];
  }
  try {
    return [...await fileFindings(store), ...await examineStore(store, systemClock)];
  } finally {
    await store.close();
  }
}

async function fileFindings(store: DataStore): Promise<readonly StoreFinding[]> {
  if (!isLibsqlStore(store)) return [];
  const { bytes, freeBytes } = await store.size();
  const damages = [...await store.integrity(), ...await store.plans()];
  const size = `The database takes ${megabytes(bytes)}, of which ${
    megabytes(freeBytes)
  } are free for rows to come`;
  const sound = "The database is sound, and the loops find all their rows by an index";
  return [
    ...damages.map((message) => ({ level: "problem", topic: "file", message }) as const),
    ...damages.length === 0 ? [{ level: "note", topic: "file", message: sound } as const] : [],
    { level: "note", topic: "file", message: size },
    ...await diskFindings(store.location, bytes),
  ];
}

/** The disk of a file must have room for what is still to come, and for a copy. */
async function diskFindings(location: string, bytes: number): Promise<readonly StoreFinding[]> {
  const path = filePathOf(location);
  if (path === undefined) return [];
  const { bavail, bsize } = await statfs(dirname(path));
  const freeBytes = bavail * bsize;
  const free = `The disk of the file has ${megabytes(freeBytes)} left`;
  if (freeBytes > Math.max(DISK_BYTES_MIN, bytes)) return [{ level: "note", topic: "file", message: free }];
  return [{ level: "problem", topic: "file", message: `${free}; make room, a full disk stops all work` }];
}

function lines({ store, location, findings }: ExaminedStore): string {
  const marks = { problem: "!", note: " " };
  return [`${store}  ${location}`, ...findings.map(({ level, message }) => `${marks[level]} ${message}`)]
    .join("\n");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
