import process from "node:process";
import { threadId } from "node:worker_threads";
import { z } from "zod";
import { task } from "../../src/registry/task.ts";
import { cbor } from "../../src/serializers/cbor.ts";

/** A serializer that threads and processes are to know. */
export { cbor };

/** Says where it runs. */
export const where = task({
  name: "where",
  maxRunningJobs: null,
  run: () => ({ pid: process.pid, threadId }),
});

/** The names of variables that it sees. */
export const variables = task({
  name: "variables",
  run: () => Object.keys(process.env).filter((name) => name.startsWith("CARILLON_")),
});

/** Says where it runs, and waits for its abort. */
export const holds = task({
  name: "holds",
  maxRunningJobs: null,
  run: (_input, { signal, log }) => {
    log.info("holding", { pid: process.pid });
    return new Promise((_resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  },
});

/** Never ends and ignores its signal. */
export const deaf = task({ name: "deaf", run: () => new Promise(() => {}) });

/** Says where it runs, and computes forever without a pause. */
export const hot = task({
  name: "hot",
  async run(_input, { log }) {
    log.info("hot", { pid: process.pid });
    // A turn of the event loop, for a pipe to take the line.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;);
  },
});

/** Ends its thread or process. */
export const exits = task({ name: "exits", run: () => process.exit(3) });

/** Throws where it cannot be caught. */
export const crashes = task({
  name: "crashes",
  run: () =>
    new Promise(() => {
      setImmediate(() => {
        throw Object.assign(new TypeError("nobody caught this"), { code: "E_WILD" });
      });
    }),
});

/** Rejects where it cannot be caught. */
export const rejects = task({
  name: "rejects",
  run: () => new Promise(() => void Promise.reject(new RangeError("nobody handled this"))),
});

const kept: unknown[] = [];

/** Takes memory, and keeps it. */
export const grows = task({
  name: "grows",
  input: z.number(),
  run(count) {
    for (let i = 0; i < count; i++) kept.push({ i });
    return { pid: process.pid, threadId };
  },
});

/** Tasks of a class that is exported without an instance. */
export class Undone {
  @task({ name: "undone" })
  run(): string {
    return "ran";
  }
}
