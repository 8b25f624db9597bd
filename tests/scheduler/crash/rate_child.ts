// A worker of its own process with a task whose rate is limited by key: runs until it is stopped, telling each run.
import process from "node:process";
import { z } from "zod";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { libsql } from "../../../src/stores/libsql.ts";

const [file, limit, perMs] = process.argv.slice(2);

const send = task({
  name: "send",
  input: z.object({ tenant: z.string() }),
  maxRunningJobs: null,
  rateLimit: { limit: Number(limit), per: { milliseconds: Number(perMs) }, key: ({ tenant }) => tenant },
  run({ tenant }) {
    process.stdout.write(`ran ${tenant}\n`);
  },
});

const scheduler = new Scheduler({ store: libsql(`file:${file}`, { synchronous: "normal" }), tasks: [send] });
await scheduler.startInBackground();
process.stdout.write("started\n");
await scheduler.runUntilStopped({ signals: true });
