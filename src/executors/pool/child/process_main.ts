/** The entry module of a child process of `processes()`. */
import process from "node:process";
import { Worker } from "node:worker_threads";
import { systemClock } from "../../../time/system_clock.ts";
import { TaskHost } from "./task_host.ts";

/** The time that the last message gets to leave. */
const LAST_WORD_MS = 1000;

const host = new TaskHost({
  send: (text, sent) => process.send?.(text, () => sent?.()),
  memoryBytes: () => process.memoryUsage().rss,
});
for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.on(event, (error: unknown) => {
    // What waits in the pipe would be lost by an exit at once.
    systemClock.setTimer(() => process.exit(1), LAST_WORD_MS);
    host.crashed(error, () => process.exit(1));
  });
}
// A terminal and a service manager send these to the whole group: the scheduler decides when jobs end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
// No child outlives its scheduler.
process.on("disconnect", () => process.exit(0));
new Worker(new URL("./parent_watch.ts", import.meta.url), { workerData: process.ppid }).unref();
process.on("message", (text: unknown) => host.receive(text));
