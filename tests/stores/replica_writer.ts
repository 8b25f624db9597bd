/** Writes jobs to a store with an embedded replica and brings that up to date, until it is killed. */
import process from "node:process";
import { libsql } from "../../src/stores/libsql.ts";
import { newJob } from "../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../src/time/system_clock.ts";

const [url = "", syncUrl = "", name = ""] = process.argv.slice(2);
const store = libsql({ url, syncUrl, syncInterval: { milliseconds: 1 } });
await store.open({ clock: systemClock });
for (let round = 0;; round++) {
  await store.addJobs(Array.from({ length: 20 }, (_, i) => newJob(`${name}-${round}-${i}`)));
  await store.syncReplica();
  process.stdout.write(`round ${round}\n`);
}
