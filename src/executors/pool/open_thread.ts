import { Worker } from "node:worker_threads";
import type { Connection, ConnectionEvents } from "./connection.ts";

/** Starts a worker thread. `node:worker_threads` and not `Worker`: it is on every runtime, and tells when a thread ends. */
export function openThread({ onText, onEnd }: ConnectionEvents): Connection {
  const thread = new Worker(new URL("./thread_main.ts", import.meta.url));
  let error: unknown;
  thread.on("message", onText);
  thread.on("error", (thrown) => error = thrown);
  thread.on("exit", (code) => onEnd(`with code ${code}`, error));
  const kill = () => void thread.terminate();
  return {
    name: `worker thread ${thread.threadId}`,
    send: (text) => thread.postMessage(text),
    hold: (isHeld) => isHeld ? thread.ref() : thread.unref(),
    end: kill,
    kill,
  };
}
