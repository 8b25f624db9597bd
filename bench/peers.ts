/**
 * Jobs per second from adding to the result, beside other queues on a SQLite file, in the same run and the same setting:
 * each job is added by its own call and awaited, with a number of them in flight. For Bun: the others need it.
 *
 * The others come from npm into a cache of the project: only this bench uses them. `bunqueue` resolves before a job
 * is on the disk, the others after.
 *
 * Usage: bun bench/peers.ts [jobs] [in flight]
 */
import { join } from "node:path";
import process from "node:process";
import { inFolder } from "./bench_folder.ts";
import { throughBunqueue, throughPlainjob } from "./peer_queues.ts";
import type { Setting } from "./raw_ceiling.ts";
import { printTable } from "./report.ts";
import { throughScheduler } from "./through_scheduler.ts";

const [jobs = "20000", inFlight] = process.argv.slice(2);
const print = printTable(["in flight, normal", "carillon/s", "plainjob/s", "ratio", "bunqueue/s", "ratio"]);
for (const flight of inFlight === undefined ? [100, 1000] : [Number(inFlight)]) {
  const setting: Setting = { jobs: Number(jobs), inFlight: flight, synchronous: "normal" };
  await inFolder(async (folder) => {
    const plainjob = await throughPlainjob(join(folder, "plainjob.db"), setting);
    const bunqueue = await throughBunqueue(join(folder, "bunqueue.db"), setting);
    const carillon = await throughScheduler(`file:${join(folder, "carillon.db")}`, setting);
    print(String(flight), carillon, plainjob, carillon / plainjob, bunqueue, carillon / bunqueue);
  });
}
process.exit(0);
