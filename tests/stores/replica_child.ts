/** A scheduler on a store with an embedded replica that is never stopped: its process ends by itself. */
import process from "node:process";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { task } from "../../src/registry/task.ts";
import { z } from "zod";
import { libsql } from "../../src/stores/libsql.ts";

const [url = "", syncUrl = ""] = process.argv.slice(2);
const twice = task({ name: "twice", input: z.number(), run: (input) => input * 2 });
const store = libsql({ url, syncUrl, syncInterval: { milliseconds: 20 } });
const scheduler = new Scheduler({ store, tasks: [twice] });
process.stdout.write(`result ${await scheduler.runJob(twice, 21)}\n`);
const { items: [job] } = await scheduler.getJobs();
process.stdout.write(`state ${job?.state}\n`);
await store.syncReplica();
process.stdout.write(
  `again ${(await scheduler.getJobs()).items[0]?.state} ${(await scheduler.countJobs()).finished}\n`,
);
