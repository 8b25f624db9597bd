/** The entry module of a worker thread of `worker()`. */
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { TaskHost } from "./task_host.ts";
import { redirectTaskOutput } from "../task_output.ts";

if ((workerData as { readonly redirectOutput?: boolean } | null)?.redirectOutput) redirectTaskOutput();

const host = new TaskHost({
  send: (text, sent) => {
    parentPort?.postMessage(text);
    sent?.();
  },
  memoryBytes: () => process.memoryUsage().heapUsed,
});
for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.on(event, (error: unknown) => {
    host.crashed(error, () => process.exit(1));
  });
}
parentPort?.on("message", (text: unknown) => host.receive(text));
