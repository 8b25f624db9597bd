/**
 * The worker thread that keeps an embedded replica: bringing it up to date blocks the thread it runs in, for as long as
 * the server is silent, and the scheduler's must continue beating.
 */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../../errors.ts";
import type { StatementResult, Step } from "../../shared/driver.ts";
import {
  boundValue,
  loadNativeBinding,
  type NativeDatabase,
  type NativeDatabaseClass,
} from "../native/native_binding.ts";
import type { ReplicaOrder, ReplicaSource } from "./replica_thread.ts";

type ReplicaDatabase = NativeDatabase & { sync(): unknown };
type ReplicaDatabaseClass = new (path: string, options: object) => ReplicaDatabase;

/** The open file, and the lock that keeps other processes from writing to it too: they would destroy it. */
class ReplicaFile {
  readonly #lock: NativeDatabase;
  readonly #database: ReplicaDatabase;

  constructor(Database: NativeDatabaseClass, { path, syncUrl, authToken }: ReplicaSource) {
    this.#lock = new Database(`${path}-keeper`);
    try {
      this.#lock.prepare("begin exclusive").run([]);
      const Replica = Database as unknown as ReplicaDatabaseClass;
      this.#database = new Replica(path, { syncUrl, ...(authToken === undefined ? {} : { authToken }) });
    } catch (error) {
      this.#lock.close();
      throw error;
    }
  }

  sync(): void {
    this.#database.sync();
  }

  /** Only `sync` changes the file, so no transaction is needed; one that is begun would be begun on the server. */
  read(step: Step): readonly StatementResult[] {
    return step.map(({ sql, args }) => {
      const rows = this.#database.prepare(sql).raw(true).all(args.map(boundValue));
      return { cells: rows.map((row) => row[0] ?? null), changes: 0 };
    });
  }

  close(): void {
    this.#database.close();
    // Closing alone keeps the lock until the statement is collected.
    this.#lock.prepare("rollback").run([]);
    this.#lock.close();
  }
}

const Database = await loadNativeBinding();
let file: ReplicaFile | undefined;

/** Carries out an order; the file is opened by the first one that finds it free. */
function carryOut(order: ReplicaOrder): unknown {
  if (order.what === "close") return file?.close();
  file ??= new ReplicaFile(Database, workerData as ReplicaSource);
  return order.what === "read" ? file.read(order.step) : order.what === "sync" ? file.sync() : undefined;
}

parentPort?.on("message", (order: ReplicaOrder) => {
  try {
    parentPort?.postMessage({ id: order.id, answer: carryOut(order) });
  } catch (error) {
    const { rawCode } = error as { readonly rawCode?: number };
    parentPort?.postMessage({ id: order.id, failure: { message: messageOf(error), rawCode } });
  }
});
