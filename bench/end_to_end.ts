/**
 * How fast jobs go through the public API (`runJob`: added, claimed, run, result stored and answered), beside the same
 * rows written by the bare driver in the same run. Prints jobs per second and the ratio, which is what can be compared
 * between machines.
 *
 * Usage: deno run -A bench/end_to_end.ts [jobs] [in flight] [full|normal]
 */
import { join } from "node:path";
import process from "node:process";
import { inFolder } from "./bench_folder.ts";
import { throughDriver } from "./raw_ceiling.ts";
import { printTable } from "./report.ts";
import { throughScheduler } from "./through_scheduler.ts";

const [jobs = "30000", inFlight, synchronous] = process.argv.slice(2);
const print = printTable(["synchronous, in flight", "jobs/s", "driver/s", "ratio"]);
for (const level of ["normal", "full"] as const) {
  if (synchronous !== undefined && synchronous !== level) continue;
  for (const flight of inFlight === undefined ? [100, 1000] : [Number(inFlight)]) {
    const setting = { jobs: Number(jobs), inFlight: flight, synchronous: level };
    await inFolder(async (folder) => {
      const driver = await throughDriver(`file:${join(folder, "driver.db")}`, setting);
      const scheduler = await throughScheduler(`file:${join(folder, "scheduler.db")}`, setting);
      print(`${level}, ${flight}`, scheduler, driver, scheduler / driver);
    });
  }
}
