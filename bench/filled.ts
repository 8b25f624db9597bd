/**
 * The cost of a full store for current work: jobs through `runJob`, and a claim by itself, beside the same on
 * an empty file in the same run.
 *
 * Usage: deno run -A bench/filled.ts [jobs]
 */
import { join } from "node:path";
import process from "node:process";
import { sqliteDialect } from "../src/stores/sqlite/schema/dialect.ts";
import { migrate } from "../src/stores/sqlite/schema/migrate.ts";
import { parseAddress } from "../src/stores/libsql/address.ts";
import { openDriver } from "../src/stores/libsql/open_database.ts";
import { inFolder } from "./bench_folder.ts";
import { claimMs } from "./claim_time.ts";
import { benchPayload, benchTask, type Setting } from "./raw_ceiling.ts";
import { printTable } from "./report.ts";
import { throughScheduler } from "./through_scheduler.ts";

const MILLION = 1_000_000;
/** Far in the future, in milliseconds since 1970. */
const LATER_MS = 4_000_000_000_000;

/** The rows in the store before the measuring begins. */
interface Filling {
  readonly name: string;
  readonly rows: number;
  /** Values of some columns of its rows. */
  readonly columns: Readonly<Record<string, string>>;
}

const fillings: readonly Filling[] = [
  { name: "nothing else", rows: 0, columns: {} },
  ...[1, 4].map((millions) => ({
    name: `${millions} million finished`,
    rows: millions * MILLION,
    columns: {
      state: "'finished'",
      outcome: "'success'",
      finished_at: "i",
      expires_at: `${LATER_MS} + i`,
      value: "'rich:1'",
    },
  })),
  { name: "1 million later", rows: MILLION, columns: { state: "'scheduled'", run_at: `${LATER_MS} + i` } },
  {
    name: "100 thousand blocked",
    rows: 100_000,
    columns: { state: "'blocked'", task_name: "'bench.keyed'", concurrency_key: "'key ' || (i % 10000)" },
  },
];

async function fill(url: string, { rows, columns }: Filling): Promise<void> {
  const dialect = sqliteDialect();
  const address = parseAddress(url);
  const driver = await openDriver({ address, dialect, synchronous: "normal" });
  await migrate({ driver, dialect, location: address.location });
  const values: Record<string, string> = {
    id: "'filled-' || i",
    state: "'ready'",
    task_name: `'${benchTask}'`,
    task_version: "1",
    priority: "0",
    run_at: "1",
    attempt: "0",
    claim_number: "0",
    lost_leases: "0",
    created_at: "1",
    overrides: "'{}'",
    metadata: "'{}'",
    input: `'${benchPayload}'`,
    ...columns,
  };
  for (let from = 0; from < rows; from += 100_000) {
    const [filled] = await driver.write([[{
      sql: `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${from} + 99999)
        insert into ${dialect.tables.jobs}(${Object.keys(values)}) select ${Object.values(values)} from n`,
      args: [],
    }]]);
    if ("error" in filled!) throw filled.error;
  }
  driver.close();
}

const [jobs = "20000"] = process.argv.slice(2);
const setting: Setting = { jobs: Number(jobs), inFlight: 1000, synchronous: "normal" };
const print = printTable(["in the file", "jobs/s", "to empty", "claim ms"]);
let empty: number | undefined;
for (const filling of fillings) {
  await inFolder(async (folder) => {
    const url = `file:${join(folder, "filled.db")}`;
    await fill(url, filling);
    const claim = await claimMs(url);
    const perSecond = await throughScheduler(url, setting);
    print(filling.name, perSecond, perSecond / (empty ??= perSecond), claim);
  });
}
