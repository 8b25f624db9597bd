// One process of the contention bench: runs jobs for so long, and measures how long its event loop stands still.
import process from "node:process";
import { Scheduler } from "../src/scheduler/scheduler.ts";
import { task } from "../src/registry/task.ts";
import { libsql } from "../src/stores/libsql.ts";
import { systemClock } from "../src/time/system_clock.ts";
import { GapMeter } from "./loop_gaps.ts";

const [path, seconds, inFlight] = process.argv.slice(2) as [string, string, string];
const noop = task({ name: "noop", maxRunningJobs: null, run: () => 1 });
const scheduler = new Scheduler({
  store: libsql(`file:${path}`, { synchronous: "normal" }),
  tasks: [noop],
  maxConcurrentJobs: Number(inFlight),
});
await scheduler.startInBackground();

let [jobs, working] = [0, true];

async function caller(): Promise<void> {
  while (working) {
    await scheduler.runJob(noop);
    jobs++;
  }
}

const before = process.cpuUsage();
systemClock.setTimer(() => working = false, Number(seconds) * 1000);
const meter = new GapMeter();
await Promise.all(Array.from({ length: Number(inFlight) }, caller));
const { user, system } = process.cpuUsage(before);
const gaps = meter.end();
await scheduler.stop();
process.stdout.write(JSON.stringify({ jobs, ...gaps, cpuMs: (user + system) / 1000 }));
