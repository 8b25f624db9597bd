// A scheduler of its own process: runs until it is killed, telling each run on a line.
import process from "node:process";
import { currentJob } from "../../../src/context/current_job.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { systemClock } from "../../../src/time/system_clock.ts";
import { sleep } from "../../../src/time/clock.ts";
import { interval } from "../../../src/triggers/interval.ts";

const [file] = process.argv.slice(2);

const quick = task({
  name: "quick",
  schedules: [{ trigger: interval({ milliseconds: 50 }), id: "quick", coalesce: "all", overlap: "allow" }],
  maxRunningJobs: null,
  run() {
    process.stdout.write(`ran ${currentJob().id}\n`);
  },
});
const slow = task({
  name: "slow",
  schedules: [{ trigger: interval({ milliseconds: 200 }), id: "slow" }],
  async run() {
    process.stdout.write(`slow ${currentJob().id}\n`);
    // real time: a run that takes a while, so that kills find it in the middle
    await sleep(systemClock, 300);
  },
});

const scheduler = new Scheduler({
  store: libsql(`file:${file}`, { synchronous: "normal" }),
  tasks: [quick, slow],
});
await scheduler.runUntilStopped();
