import type { BatchContext, BatchJob } from "../../../src/context/task_context.ts";
import type { StandardSchema } from "../../../src/model/standard_schema.ts";
import { task, taskRef } from "../../../src/registry/task.ts";
import { sleep } from "../../../src/time/clock.ts";
import { CALLS_MAX, failsAlways, resultOf, SIZE_MAX } from "../batch_book.ts";
import type { Feature, TaskKit, Timed } from "./feature.ts";

/** Requests about batch tasks. */
export type BatchAsk =
  | { readonly kind: "addBatched" | "runBatched"; readonly n: number }
  | { readonly kind: "cancelBatched"; readonly n: number };

const ref = taskRef<(n: number) => number>("batched");
const anyNumber: StandardSchema<number> = {
  "~standard": {
    version: 1,
    vendor: "simulation",
    validate: (value) =>
      typeof value === "number" ? { value } : { issues: [{ message: "Expected a number" }] },
  },
};

/** A task that is called once for several jobs: each has one result, its own, whatever becomes of the others. */
export const batches: Feature<BatchAsk> = {
  kinds: ["addBatched", "runBatched", "cancelBatched"],

  tasks: (kit) => [
    task({
      name: "batched",
      batch: { size: SIZE_MAX, within: { milliseconds: 120 } },
      input: anyNumber,
      maxRunningJobs: CALLS_MAX,
      timeout: { seconds: 2 },
      retry: { maxAttempts: 2, base: { milliseconds: 200 } },
      run: (_inputs, context) => callOf(kit, context),
    }),
  ],

  asks(random, atMs): readonly Timed<BatchAsk>[] {
    let n = 0;
    const bursts = Array.from({ length: random.whole(2, 6) }, () => {
      const fromMs = atMs();
      return Array.from({ length: random.whole(1, 7) }, (): Timed<BatchAsk> => ({
        kind: random.chance(0.15) ? "runBatched" : "addBatched",
        atMs: fromMs + random.between(0, 900),
        n: n++,
      }));
    }).flat();
    const cancelled = bursts.filter(() => random.chance(0.12)).map(({ atMs, n }): Timed<BatchAsk> => ({
      kind: "cancelBatched",
      atMs: atMs + random.between(10, 1500),
      n,
    }));
    return [...bursts, ...cancelled];
  },

  ask(client, { kind, n }, { batches }) {
    const id = `b${n}`;
    switch (kind) {
      case "addBatched":
        return client.addJob(ref, n, { id });
      case "runBatched":
        return client.runJob(ref, n, { id }).then((value) => batches.told(id, n, value));
      case "cancelBatched":
        return client.cancelJob(id);
    }
  },
};

/** One call: it answers at once for all, or for each in its own time; now and then it fails as a whole. */
async function callOf({ machine, floor, random }: TaskKit, { jobs, signal }: BatchContext<number>) {
  const leave = floor.call(machine, "batched", jobs.map(({ id }) => id));
  try {
    const longMs = random.chance(0.1) ? 3000 : 1200;
    if (random.chance(0.4)) {
      return await Promise.allSettled(
        jobs.map((job) => oneOf(job, random.between(0, longMs), true)),
      ).then((all) => all.map((one) => one.status === "fulfilled" ? one.value : one.reason as Error));
    }
    await sleep(machine.clock, random.between(0, longMs), signal);
    if (random.chance(0.1)) throw new Error("all of them fail");
    if (random.chance(0.05)) return jobs.slice(1).map(() => 0);
    return jobs.map((job) => oneOf(job, 0, false));
  } finally {
    leave();
  }

  async function oneOf({ id, input, signal, taskName }: BatchJob<number>, afterMs: number, waits: boolean) {
    const leave = floor.enter({ machine, taskName, jobId: id, signal, parents: [] });
    try {
      if (waits) await sleep(machine.clock, afterMs, signal);
      if (failsAlways(input)) throw new Error(`${input} fails`);
      return resultOf(input);
    } finally {
      leave();
    }
  }
}
