import { z } from "zod";
import type { CurrentJob } from "../../src/context/task_context.ts";
import { task } from "../../src/registry/task.ts";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { interval } from "../../src/triggers/interval.ts";
import type { Random } from "../random.ts";
import type { Journal } from "./journal.ts";
import { CHAOS_SCHEDULES, FLAKY_ATTEMPTS, HANGING_TIMEOUT_MS, KEY_LIMITS, TASK_LIMITS } from "./workload.ts";

const inputs = {
  scheduled: z.object({ workMs: z.number() }),
  keyed: z.object({ key: z.string() }),
  inOrder: z.object({ key: z.string(), fails: z.boolean() }),
  flaky: z.object({ failures: z.number() }),
};

/** As good as never over. */
const FOR_EVER_MS = 1e9;

/** The tasks of a chaos run: each call writes to the journal when it begins and when it ends, and returns its name. */
export function chaosTasks(journal: Journal, random: Random) {
  let runs = 0;
  /** Works for up to so long, in real time: the processes are real ones. */
  const work = async (job: CurrentJob, signal: AbortSignal, workMs: number, failure?: Error) => {
    const run = `${journal.name}-${++runs}`;
    journal.write({ what: "began", job: job.id, run, attempt: job.attempt });
    try {
      // real time: the processes are real ones
      await sleep(systemClock, random.between(0, workMs), signal);
      signal.throwIfAborted();
    } catch (error) {
      journal.write({ what: "aborted", job: job.id, run });
      throw error;
    }
    journal.write({ what: "ended", job: job.id, run });
    if (failure) throw failure;
    return run;
  };
  const common = (name: string) => ({ name, maxRunningJobs: TASK_LIMITS[name]!, maxLostLeases: 1000 });
  return {
    scheduled: task({
      ...common("scheduled"),
      input: inputs.scheduled,
      schedules: CHAOS_SCHEDULES.map(({ id, everyMs, workMs, coalesce, limit }) => ({
        id,
        trigger: interval({ milliseconds: everyMs }),
        coalesce,
        maxRunningJobs: limit,
        overlap: coalesce === "all" ? "allow" as const : "queueOne" as const,
        input: { workMs },
      })),
      run: ({ workMs }, { job, signal }) => work(job, signal, workMs),
    }),
    keyed: task({
      ...common("keyed"),
      input: inputs.keyed,
      concurrency: { key: ({ key }) => key, max: KEY_LIMITS["keyed"]! },
      run: (_input, { job, signal }) => work(job, signal, 150),
    }),
    inOrder: task({
      ...common("inOrder"),
      input: inputs.inOrder,
      concurrency: { key: ({ key }) => key, fifo: true },
      retry: { maxAttempts: 2, backoff: "fixed", base: { milliseconds: 20 } },
      run({ fails }, { job, signal }) {
        const failure = fails && job.attempt === 1 ? new Error("the first attempt fails") : undefined;
        return work(job, signal, 20, failure);
      },
    }),
    flaky: task({
      ...common("flaky"),
      input: inputs.flaky,
      retry: { maxAttempts: FLAKY_ATTEMPTS, backoff: "exponential", base: { milliseconds: 30 } },
      run({ failures }, { job, signal }) {
        const failure = job.attempt <= failures ? new Error(`attempt ${job.attempt} fails`) : undefined;
        return work(job, signal, 40, failure);
      },
    }),
    hanging: task({
      ...common("hanging"),
      timeout: { milliseconds: HANGING_TIMEOUT_MS },
      run: (_input, { job, signal }) => work(job, signal, FOR_EVER_MS),
    }),
    later: task({ ...common("later"), run: (_input, { job, signal }) => work(job, signal, 30) }),
    ranked: task({ ...common("ranked"), run: (_input, { job, signal }) => work(job, signal, 15) }),
    once: task({ ...common("once"), run: (_input, { job, signal }) => work(job, signal, 30) }),
    awaited: task({ ...common("awaited"), run: (_input, { job, signal }) => work(job, signal, 30) }),
  };
}

/** The tasks that {@linkcode chaosTasks} makes. */
export type ChaosTasks = ReturnType<typeof chaosTasks>;
