/**
 * The time of one job on an idle scheduler, and the delay of fires under a thousand of them a second.
 *
 * Usage: deno run -A bench/latency.ts [seconds]
 */
import { join } from "node:path";
import process from "node:process";
import { Scheduler } from "../src/scheduler/scheduler.ts";
import { task } from "../src/registry/task.ts";
import { currentJob } from "../src/context/current_job.ts";
import { libsql } from "../src/stores/libsql.ts";
import { sleep } from "../src/time/clock.ts";
import { systemClock } from "../src/time/system_clock.ts";
import { interval } from "../src/triggers/interval.ts";
import { inFolder } from "./bench_folder.ts";
import { benchInput } from "./raw_ceiling.ts";
import { printTable, quantile } from "./report.ts";
import { noop } from "./through_scheduler.ts";

const ROUNDS = 300;
const SCHEDULES = 1000;

const [seconds = "10"] = process.argv.slice(2);
const print = printTable(["what", "p50 ms", "p99 ms", "max ms"]);

function printWaits(what: string, waits: readonly number[]): void {
  print(what, quantile(waits, 0.5), quantile(waits, 0.99), quantile(waits, 1));
}

for (const synchronous of ["normal", "full"] as const) {
  await inFolder(async (folder) => {
    const store = libsql(`file:${join(folder, "latency.db")}`, { synchronous });
    await using scheduler = new Scheduler({ store, tasks: [noop] });
    await scheduler.startInBackground();
    const waits: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(systemClock, 5);
      const startMs = systemClock.monotonicMs();
      await scheduler.runJob(noop, benchInput);
      waits.push(systemClock.monotonicMs() - startMs);
    }
    printWaits(`runJob(), ${synchronous}`, waits);
  });
}

await inFolder(async (folder) => {
  const late: number[] = [];
  let measuring = false;
  const fire = task({
    name: "bench.fire",
    maxRunningJobs: null,
    run() {
      if (measuring) late.push(systemClock.nowMs() - currentJob().scheduledFireTime!.epochMilliseconds);
    },
  });
  const store = libsql(`file:${join(folder, "fires.db")}`, { synchronous: "normal" });
  await using scheduler = new Scheduler({ store, tasks: [fire], maxConcurrentJobs: 1000 });
  const begin = Math.ceil(systemClock.nowMs() / 1000) * 1000 + 3000;
  await scheduler.applySchedules(
    Array.from({ length: SCHEDULES }, (_, i) => ({
      task: fire,
      id: `schedule-${i}`,
      trigger: interval({ seconds: 1 }, { start: new Date(begin + i) }),
    })),
    { group: "bench" },
  );
  await scheduler.startInBackground();
  await sleep(systemClock, begin + 2000 - systemClock.nowMs());
  measuring = true;
  await sleep(systemClock, Number(seconds) * 1000);
  measuring = false;
  printWaits(`fires, ${Math.round(late.length / Number(seconds))} a second`, late);
});
