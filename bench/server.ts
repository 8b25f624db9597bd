/**
 * The same as `end_to_end`, over a real libSQL server on this machine.
 *
 * Usage: deno run -A bench/server.ts [jobs] [in flight]
 */
import process from "node:process";
import { LibsqlServer } from "../tests/stores/server.ts";
import { getServer } from "../tools/libsql_server.ts";
import { throughDriver } from "./raw_ceiling.ts";
import { printTable } from "./report.ts";
import { throughScheduler } from "./through_scheduler.ts";

const [jobs = "20000", inFlight] = process.argv.slice(2);
await getServer();
const print = printTable(["in flight", "jobs/s", "driver/s", "ratio"]);
for (const flight of inFlight === undefined ? [100, 1000] : [Number(inFlight)]) {
  const setting = { jobs: Number(jobs), inFlight: flight, synchronous: "full" } as const;
  const rates: number[] = [];
  for (const measure of [throughDriver, throughScheduler]) {
    const server = await LibsqlServer.start();
    try {
      rates.push(await measure(`http://${server.host}`, setting));
    } finally {
      await server.end();
    }
  }
  const [driver, scheduler] = rates as [number, number];
  print(String(flight), scheduler, driver, scheduler / driver);
}
