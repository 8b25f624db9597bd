import { z } from "zod";
import { Scheduler } from "../src/scheduler/scheduler.ts";
import { task } from "../src/registry/task.ts";
import { libsql } from "../src/stores/libsql.ts";
import { benchInput, benchTask, perSecond, type Setting, type Way } from "./raw_ceiling.ts";

/** Number of jobs that warm up compilers and caches before the measuring begins. */
const WARM_UP_JOBS = 3000;

const inputSchema = z.object({ user: z.string(), text: z.string() });

/** The task of the benches: checked input, no work. */
export const noop = task({ name: benchTask, maxRunningJobs: null, input: inputSchema, run: () => 1 });

/** The way of jobs through `runJob`, with so many awaited at any time. */
export async function startedScheduler(
  url: string,
  { inFlight, synchronous }: Omit<Setting, "jobs">,
): Promise<Way> {
  const scheduler = new Scheduler({
    store: libsql(url, { synchronous }),
    tasks: [noop],
    maxConcurrentJobs: inFlight,
  });
  await scheduler.startInBackground();
  return {
    async run(jobs) {
      let left = jobs;
      const caller = async () => {
        while (left-- > 0) await scheduler.runJob(noop, benchInput);
      };
      await Promise.all(Array.from({ length: inFlight }, caller));
    },
    close: () => scheduler.stop(),
  };
}

/** Jobs per second that go all the way through `runJob`. */
export async function throughScheduler(url: string, setting: Setting): Promise<number> {
  const way = await startedScheduler(url, setting);
  await way.run(WARM_UP_JOBS);
  const rate = await perSecond(way, setting.jobs);
  await way.close();
  return rate;
}
