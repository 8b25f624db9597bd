/**
 * Jobs per second of tasks with the default limit: one job of a task at a time, each starting when the one before it
 * has ended. Beside the bare driver, which writes the same rows one by one. What counts is CPU time: each job is a
 * commit of its own, and how long those take is up to the disk.
 *
 * Usage: deno run -A bench/default_limit.ts [jobs]
 */
import { join } from "node:path";
import process from "node:process";
import { z } from "zod";
import { Scheduler } from "../src/scheduler/scheduler.ts";
import { task } from "../src/registry/task.ts";
import { libsql } from "../src/stores/libsql.ts";
import { systemClock } from "../src/time/system_clock.ts";
import { inFolder } from "./bench_folder.ts";
import { benchInput, throughDriver } from "./raw_ceiling.ts";
import { printTable } from "./report.ts";

const inputSchema = z.object({ user: z.string(), text: z.string() });
const WARM_UP_JOBS = 500;

/** The times of a measured run. */
interface Cost {
  readonly perSecond: number;
  /** Microseconds of CPU time for each job. */
  readonly cpuUs: number;
}

async function measured(jobs: number, run: () => Promise<unknown>): Promise<Cost> {
  const startMs = systemClock.monotonicMs();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return { perSecond: jobs / (systemClock.monotonicMs() - startMs) * 1000, cpuUs: (user + system) / jobs };
}

/** Jobs of so many tasks, either all waiting from the beginning or each added when the one before it has ended. */
async function throughLimit(url: string, jobs: number, taskCount: number, waiting: boolean): Promise<Cost> {
  const tasks = Array.from(
    { length: taskCount },
    (_, i) => task({ name: `bench.one-${i}`, input: inputSchema, run: () => 1 }),
  );
  await using scheduler = new Scheduler({ store: libsql(url, { synchronous: "normal" }), tasks });
  await scheduler.startInBackground();
  const each = async (count: number, go: (one: typeof tasks[number], share: number) => Promise<unknown>) =>
    await Promise.all(tasks.map((one) => go(one, Math.ceil(count / taskCount))));
  const chain = (count: number) =>
    each(count, async (one, share) => {
      for (let left = share; left > 0; left--) await scheduler.runJob(one, benchInput);
    });
  await chain(WARM_UP_JOBS);
  if (!waiting) return await measured(jobs, () => chain(jobs));
  scheduler.pause();
  await each(jobs, (one, share) => scheduler.addJobs(one, Array(share).fill(benchInput)));
  return await measured(jobs, async () => {
    scheduler.resume();
    await scheduler.runUntilIdle();
  });
}

const [count = "4000"] = process.argv.slice(2);
const jobs = Number(count);
const print = printTable([
  "tasks, jobs",
  "jobs/s",
  "CPU µs a job",
  "driver/s",
  "driver's CPU µs",
  "CPU ratio",
]);
for (const tasks of [1, 10]) {
  for (const waiting of [true, false]) {
    await inFolder(async (folder) => {
      const url = (name: string) => `file:${join(folder, `${name}.db`)}`;
      const setting = { jobs, inFlight: tasks, synchronous: "normal" } as const;
      const raw = await measured(jobs, () => throughDriver(url("driver"), setting));
      const own = await throughLimit(url("scheduler"), jobs, tasks, waiting);
      const what = waiting ? "waiting" : "one after another";
      print(`${tasks}, ${what}`, own.perSecond, own.cpuUs, raw.perSecond, raw.cpuUs, own.cpuUs / raw.cpuUs);
    });
  }
}
