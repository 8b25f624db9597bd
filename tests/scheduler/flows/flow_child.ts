// A worker of its own process for flows: runs until it is stopped or killed, telling each run on a line.
import process from "node:process";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { sleep } from "../../../src/time/clock.ts";
import { systemClock } from "../../../src/time/system_clock.ts";

const [url = ""] = process.argv.slice(2);

const step = task({
  name: "step",
  maxRunningJobs: null,
  async run(_input, { job }) {
    process.stdout.write(`ran ${job.id}\n`);
    // real time: a run that takes a moment, so that the kill finds some in the middle
    await sleep(systemClock, 20);
    return job.parents.length;
  },
});

const scheduler = new Scheduler({ store: libsql(url), tasks: [step], maxConcurrentJobs: 4 });
await scheduler.runUntilStopped();
