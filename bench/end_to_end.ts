/**
 * How fast jobs go through the public API (`runJob`: added, claimed, run, result stored and answered), beside the same
 * rows written by the bare driver in the same run. Prints jobs per second and the ratio, which is what can be compared
 * between machines.
 *
 * Usage: deno run -A bench/end_to_end.ts [jobs] [in flight] [full|normal]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { z } from "zod";
import { Scheduler } from "../src/preset/scheduler.ts";
import { task } from "../src/registry/task.ts";
import { libsql } from "../src/stores/libsql.ts";
import { systemClock } from "../src/time/system_clock.ts";
import { benchInput, benchTask, type Setting, throughDriver } from "./raw_ceiling.ts";

const inputSchema = z.object({ user: z.string(), text: z.string() });

/** Jobs per second that go all the way, with so many awaited at any time. */
async function throughScheduler(path: string, { jobs, inFlight, synchronous }: Setting): Promise<number> {
  const noop = task({ name: benchTask, maxRunningJobs: null, input: inputSchema, run: () => 1 });
  await using scheduler = new Scheduler({
    store: libsql(`file:${path}`, { synchronous }),
    tasks: [noop],
    maxConcurrentJobs: inFlight,
  });
  await scheduler.startInBackground();
  let left = jobs;
  const caller = async () => {
    while (left-- > 0) await scheduler.runJob(noop, benchInput);
  };
  const startMs = systemClock.monotonicMs();
  await Promise.all(Array.from({ length: inFlight }, caller));
  return jobs / (systemClock.monotonicMs() - startMs) * 1000;
}

/** Measures one setting and prints its line. */
async function measure(setting: Setting): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-bench-"));
  try {
    const driver = await throughDriver(join(folder, "driver.db"), setting);
    const scheduler = await throughScheduler(join(folder, "scheduler.db"), setting);
    const shown = [scheduler, driver].map((perSecond) =>
      Math.round(perSecond).toLocaleString("en").padStart(9)
    );
    const { synchronous, inFlight } = setting;
    process.stdout.write(
      `${synchronous.padEnd(12)}${String(inFlight).padStart(9)}${shown[0]}${shown[1]}` +
        `${(scheduler / driver).toFixed(2).padStart(9)}\n`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const [jobs = "30000", inFlight, synchronous] = process.argv.slice(2);
process.stdout.write("synchronous in flight   jobs/s   driver    ratio\n");
for (const level of ["normal", "full"] as const) {
  if (synchronous !== undefined && synchronous !== level) continue;
  for (const flight of inFlight === undefined ? [100, 1000] : [Number(inFlight)]) {
    await measure({ jobs: Number(jobs), inFlight: flight, synchronous: level });
  }
}
