/** Tasks that say what becomes of them, for threads and processes. */
import process from "node:process";
import { parentPort, threadId } from "node:worker_threads";
import { z } from "zod";
import { cancel, RetryAfter, snooze } from "../../src/context/snooze_and_cancel.ts";
import { currentJob, tryCurrentJob } from "../../src/context/current_job.ts";
import { task } from "../../src/registry/task.ts";

/** Puts itself off at its first run; later runs are told by what was attached to the job. */
export const snoozes = task({ name: "snoozes", run: () => snooze({ hours: 1 }) });

/** Cancels itself. */
export const cancels = task({
  name: "cancels",
  retry: { maxAttempts: 3 },
  run: () => cancel("nobody needs it"),
});

/** Asks to be tried again at once, and returns its attempt. */
export const retries = task({
  name: "retries",
  retry: { maxAttempts: 3, base: { hours: 1 } },
  run() {
    const { attempt } = currentJob();
    if (attempt < 3) throw new RetryAfter({ milliseconds: 1 }, { message: `attempt ${attempt}` });
    return attempt;
  },
});

/** Takes inputs of its second version. */
export const migrated = task({
  name: "migrated",
  version: 2,
  input: z.object({ names: z.array(z.string()) }),
  migrate: (old) => ({ names: [(old as { name: string }).name] }),
  run: ({ names }, { progress, log }) => {
    progress({ done: 1, total: 2 }, "half");
    log.info("names", { names });
    return names.join();
  },
});

/** Goes on logging after its end. */
export const babbles = task({
  name: "babbles",
  run(_input, { log, progress }) {
    const babble = (turns: number) =>
      setImmediate(() => {
        log.info("too late");
        progress(0.1, "too late");
        if (turns > 0) babble(turns - 1);
      });
    babble(20_000);
    log.info("in time");
  },
});

/** Takes a hundred turns of the event loop, logging nothing. */
export const quiet = task({
  name: "quiet",
  async run() {
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    return { pid: process.pid, threadId };
  },
});

/** Sends messages of its own over the channel that Carillon uses. */
export const chats = task({
  name: "chats",
  run() {
    for (const message of ["hello", "{", { type: "returned", value: null }]) {
      if (parentPort) parentPort.postMessage(message);
      else process.send?.(message);
    }
    return "done";
  },
});

/** Logs much, and throws where it cannot be caught. */
export const bursts = task({
  name: "bursts",
  run(_input, { log }) {
    for (let i = 0; i < 300; i++) log.info("line", { text: "x".repeat(200) });
    setImmediate(() => {
      throw new RangeError("after so many lines");
    });
    return new Promise(() => {});
  },
});

/** Doubles what it gets, all at once; refuses what is odd. */
export const doubles = task({
  name: "doubles",
  batch: { size: 3 },
  input: z.number().transform((n) => BigInt(n)),
  output: z.bigint().transform((n) => `${n}`),
  run(numbers, { jobs }) {
    jobs.forEach((job, i) => {
      job.log.info("doubling", { n: numbers[i], of: numbers.length, current: tryCurrentJob()?.id });
      job.progress(1, `${numbers[i]}`);
    });
    return numbers.map((n) => n % 2n === 1n ? new RangeError(`${n} is odd`) : n * 2n);
  },
});

/** Waits for the abort of each of its jobs; ends those. */
export const holdsAll = task({
  name: "holdsAll",
  batch: { size: 2 },
  input: z.string(),
  run: (_names, { jobs, signal }) => {
    jobs[0]!.log.info("holding", { pid: process.pid });
    return jobs.map((job) =>
      new Promise<string>((resolve, reject) => {
        job.signal.addEventListener("abort", () =>
          job.input === "polite" ? resolve(`all: ${signal.aborted}`) : reject(job.signal.reason));
      })
    );
  },
});

/** Computes forever, for several jobs. */
export const hotBatch = task({
  name: "hotBatch",
  batch: { size: 2 },
  async run(inputs, { jobs }) {
    jobs[0]!.log.info("hot", { pid: process.pid });
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) if (inputs.length > 2) return inputs;
  },
});
