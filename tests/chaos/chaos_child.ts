// One scheduler of a cluster of real processes, told to take over within a second; says what it runs, line by line.
import process from "node:process";
import { Scheduler } from "../../src/preset/scheduler.ts";
import { task } from "../../src/registry/task.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { interval } from "../../src/triggers/interval.ts";
import { CHAOS_LEASE_MS, CHAOS_SCHEDULES } from "./chaos_facts.ts";

const [file, mode] = process.argv.slice(2);

const tasks = CHAOS_SCHEDULES.map(({ name, everyMs, limit, workMs }) =>
  task({
    name,
    maxRunningJobs: limit,
    maxLostLeases: 1000,
    schedules: [{
      id: name,
      trigger: interval({ milliseconds: everyMs }),
      coalesce: "all",
      overlap: "allow",
    }],
    async run(_input, { job, signal }) {
      process.stdout.write(`began ${name} ${job.id} ${systemClock.nowMs()}\n`);
      // real time: the processes are real ones
      await sleep(systemClock, workMs * Math.random(), signal);
      signal.throwIfAborted();
      process.stdout.write(`ended ${name} ${job.id} ${systemClock.nowMs()}\n`);
    },
  })
);

const scheduler = new Scheduler({
  store: libsql(`file:${file}`, { synchronous: "normal" }),
  tasks,
  lease: { milliseconds: CHAOS_LEASE_MS },
});
if (mode === "finish") {
  await scheduler.startInBackground();
  for (const { name } of CHAOS_SCHEDULES) await scheduler.pauseSchedule(name);
  await scheduler.runUntilIdle({ until: "empty" });
  await scheduler.stop();
} else {
  process.stdout.write("up\n");
  await scheduler.runUntilStopped();
}
