// One process of the contention bench: runs jobs for so long, and measures how long its event loop stands still.
import process from "node:process";
import { Scheduler } from "../src/preset/scheduler.ts";
import { task } from "../src/registry/task.ts";
import { libsql } from "../src/stores/libsql.ts";
import { systemClock } from "../src/time/system_clock.ts";

/** How often the event loop is asked whether it turns. */
const TURN_MS = 1;

const [path, seconds, inFlight] = process.argv.slice(2) as [string, string, string];
const noop = task({ name: "noop", maxRunningJobs: null, run: () => 1 });
const scheduler = new Scheduler({
  store: libsql(`file:${path}`, { synchronous: "normal" }),
  tasks: [noop],
  maxConcurrentJobs: Number(inFlight),
});
await scheduler.startInBackground();

const gapsMs: number[] = [];
/** Processor time within each gap: what this process itself held its loop up for. */
const busyMs: number[] = [];
let [jobs, working] = [0, true];
let last: { readonly ms: number; readonly used: NodeJS.CpuUsage } | undefined;

function turn(): void {
  const now = { ms: systemClock.monotonicMs(), used: process.cpuUsage() };
  if (last) {
    const { user, system } = process.cpuUsage(last.used);
    gapsMs.push(now.ms - last.ms - TURN_MS);
    busyMs.push((user + system) / 1000);
  }
  last = now;
  if (working) systemClock.setTimer(turn, TURN_MS);
}

async function caller(): Promise<void> {
  while (working) {
    await scheduler.runJob(noop);
    jobs++;
  }
}

const before = process.cpuUsage();
systemClock.setTimer(() => working = false, Number(seconds) * 1000);
turn();
await Promise.all(Array.from({ length: Number(inFlight) }, caller));
const { user, system } = process.cpuUsage(before);
await scheduler.stop();
process.stdout.write(JSON.stringify({ jobs, gapsMs, busyMs, cpuMs: (user + system) / 1000 }));
