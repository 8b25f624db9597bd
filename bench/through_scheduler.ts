import { z } from "zod";
import { Scheduler } from "../src/preset/scheduler.ts";
import { task } from "../src/registry/task.ts";
import { libsql } from "../src/stores/libsql.ts";
import { systemClock } from "../src/time/system_clock.ts";
import { benchInput, benchTask, type Setting } from "./raw_ceiling.ts";

/** How many jobs go through before the measuring begins, for compilers and caches. */
const WARM_UP_JOBS = 3000;

const inputSchema = z.object({ user: z.string(), text: z.string() });

/** The task of the benches: checked input, no work. */
export const noop = task({ name: benchTask, maxRunningJobs: null, input: inputSchema, run: () => 1 });

/** Jobs per second that go all the way through `runJob`, with so many awaited at any time. */
export async function throughScheduler(url: string, setting: Setting): Promise<number> {
  const { jobs, inFlight, synchronous } = setting;
  await using scheduler = new Scheduler({
    store: libsql(url, { synchronous }),
    tasks: [noop],
    maxConcurrentJobs: inFlight,
  });
  await scheduler.startInBackground();
  const run = async (count: number) => {
    let left = count;
    const caller = async () => {
      while (left-- > 0) await scheduler.runJob(noop, benchInput);
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
  };
  await run(WARM_UP_JOBS);
  const startMs = systemClock.monotonicMs();
  await run(jobs);
  return jobs / (systemClock.monotonicMs() - startMs) * 1000;
}
