/** A program that waits to be killed while a job of its runs in a child process. */
import process from "node:process";
import { holds, hot } from "./pool_tasks.ts";
import { modules, pidsOf, pools, start } from "./pools.ts";

const scheduler = await start(pools["processes"]!({ modules, max: 1 }));
const pids = pidsOf(scheduler, 1);
await scheduler.addJob(process.argv[2] === "hot" ? hot : holds);
const [pid] = await pids;
process.stdout.write(`pid ${pid}\n`);
