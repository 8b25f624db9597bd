import { Worker } from "node:worker_threads";
import { CarillonError } from "../../../errors.ts";
import { meaningOf } from "./native_errors.ts";
import type { SqlDriver } from "../../shared/driver.ts";
import { NativeDriver } from "./native_driver.ts";
import type { DatabaseOptions } from "../open_database.ts";

/** The order to the copying thread. */
export interface CopyOrder {
  /** The path that the binding opens. */
  readonly from: string;
  /** The path of the new file. */
  readonly to: string;
}

/** The message of the copying thread when it failed. */
export interface CopyFailure {
  readonly message: string;
  readonly rawCode: number | undefined;
}

/**
 * Copies the database as it is now into a new file, without its free pages. Others continue reading and writing, and so
 * does this process: a thread of its own does it. A database in memory can only be copied by its own connection.
 */
export async function backupDatabase(
  driver: SqlDriver,
  path: string,
  options: DatabaseOptions,
): Promise<void> {
  if (path === "" || path.startsWith("file:")) {
    throw new CarillonError(
      "invalidOption",
      `A backup needs the path of a file that does not exist yet, but got '${path}'`,
      { details: { option: "path", value: path } },
    );
  }
  const { address } = options;
  if (!(driver instanceof NativeDriver)) {
    throw new CarillonError(
      "invalidState",
      `Cannot copy the store ${address.location} into a file: it is reached through a client; use its server's own backups`,
      { details: { location: address.location } },
    );
  }
  if (address.inMemory) {
    await driver.runAlone({ sql: "vacuum into ?1", args: [path] });
    return;
  }
  try {
    await copyInThread({ from: address.path, to: path });
  } catch (error) {
    throw meaningOf(error, address.location);
  }
}

function copyInThread(order: CopyOrder): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./copy_worker.ts", import.meta.url), { workerData: order });
    let failure: CopyFailure | null = { message: "the copying thread ended too soon", rawCode: undefined };
    worker.once("message", (answer: CopyFailure | null) => {
      failure = answer;
      void worker.terminate();
    });
    worker.once("error", reject);
    worker.once(
      "exit",
      () => (failure ? reject(Object.assign(new Error(failure.message), failure)) : resolve()),
    );
  });
}
