/**
 * The worker thread that copies a database for `backup`: the copying blocks the thread it runs in, and the
 * scheduler's must continue beating. Reports what went wrong, or null.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { CopyFailure, CopyOrder } from "./backup.ts";
import { loadNativeBinding } from "./native_binding.ts";

async function copy({ from, to }: CopyOrder): Promise<CopyFailure | null> {
  try {
    const database = new (await loadNativeBinding())(from);
    try {
      database.prepare("vacuum into ?1").run([to]);
    } finally {
      database.close();
    }
    return null;
  } catch (error) {
    const { message, rawCode } = error as { readonly message?: string; readonly rawCode?: number };
    return { message: message ?? String(error), rawCode };
  }
}

parentPort?.postMessage(await copy(workerData as CopyOrder));
