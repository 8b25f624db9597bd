/**
 * How fast jobs go through the libSQL store (added, claimed, ended), beside the same rows written by the bare driver
 * in the same run. Prints jobs per second and the ratio, which is what can be compared between machines.
 *
 * Usage: deno run -A bench/store.ts [jobs] [in flight] [full|normal]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { NewJob } from "../src/model/job_record.ts";
import { defaultRunSettings } from "../src/model/settings.ts";
import { sqliteDialect } from "../src/sql/dialect.ts";
import { migrate } from "../src/sql/migrate.ts";
import { libsql } from "../src/stores/libsql.ts";
import { parseAddress } from "../src/stores/libsql/address.ts";
import { connect } from "../src/stores/libsql/open_database.ts";
import { systemClock } from "../src/time/system_clock.ts";

const task = "bench.noop";
const payload = `rich:${JSON.stringify({ user: "ada", text: "about forty bytes" })}`;

interface Setting {
  readonly jobs: number;
  readonly inFlight: number;
  readonly synchronous: "full" | "normal";
}

function newJob(number: number): NewJob {
  return {
    id: `job-${String(number).padStart(20, "0")}`,
    taskName: task,
    taskVersion: 1,
    scheduleSeq: null,
    scheduleId: null,
    fireTimeMs: null,
    runAtMs: null,
    priority: 0,
    input: payload,
    overrides: {},
    metadata: {},
    startDeadlineMs: null,
  };
}

/** Jobs per second through the store, each added by a call of its own and ended by a call of its own. */
async function throughStore(path: string, { jobs, inFlight, synchronous }: Setting): Promise<number> {
  const store = libsql(`file:${path}`, { synchronous });
  await store.open({ clock: systemClock });
  const settings = { ...defaultRunSettings, maxRunningJobs: null };
  await store.putTasks([{ name: task, description: null, version: 1, settings, metadata: {} }]);
  const { incarnation } = await store.registerScheduler({
    name: "bench",
    role: "worker",
    taskNames: [task],
    tags: [],
    process: { hostname: "", pid: 0, bootId: null, pidNamespace: null, startedAt: null },
    leaseMs: 60_000,
  });
  const startMs = systemClock.monotonicMs();
  let added = 0;
  let ended = 0;
  let ending: Promise<unknown> = Promise.resolve();
  while (ended < jobs) {
    const batch = Array.from({ length: Math.min(inFlight, jobs - added) }, () => newJob(added++));
    const adding = Promise.all(batch.map((job) => store.addJobs([job])));
    const [{ claimed }] = await Promise.all([
      store.claimJobs({ incarnation, taskNames: [task], limit: inFlight }),
      adding,
      ending,
    ]);
    ended += claimed.length;
    ending = Promise.all(claimed.map(({ seq, claimNumber }) =>
      store.endJobs([{
        fence: { seq, incarnation, claimNumber },
        transition: { to: "finished", outcome: "success", value: "rich:1", error: null, keepMs: 86_400_000 },
      }])
    ));
  }
  await ending;
  const perSecond = jobs / (systemClock.monotonicMs() - startMs) * 1000;
  await store.close();
  return perSecond;
}

/**
 * The ceiling: the same rows in the same tables by the bare driver, many in one transaction: no limits, no leases, no
 * answers to anybody.
 */
async function throughDriver(path: string, { jobs, inFlight, synchronous }: Setting): Promise<number> {
  const dialect = sqliteDialect();
  const address = parseAddress(`file:${path}`);
  const driver = await connect({ address, dialect, synchronous });
  await migrate({ driver, dialect, location: address.location });
  const table = dialect.tables.jobs;
  const startMs = systemClock.monotonicMs();
  for (let done = 0; done < jobs; done += inFlight) {
    const rows = Array.from({ length: Math.min(inFlight, jobs - done) }, (_, i) => newJob(done + i));
    const [added] = await driver.write([[
      {
        sql:
          `insert into ${table}(id, state, task_name, task_version, priority, run_at, attempt, claim_number,
            lost_leases, created_at, overrides, metadata, input)
          select value ->> 0, 'ready', '${task}', 1, 0, 1, 0, 0, 0, 1, '{}', '{}', value ->> 1 from json_each(?1)`,
        args: [JSON.stringify(rows.map(({ id, input }) => [id, input]))],
      },
      {
        sql: `update ${table} set state = 'running', owner = 1, attempt = 1, claim_number = 1, started_at = 1
          where seq in (select seq from ${table} where state = 'ready' and task_name = '${task}'
            order by priority desc, run_at, seq limit ?1)
          returning json_array(seq, id, task_name, input)`,
        args: [inFlight],
      },
    ]]);
    if ("error" in added!) throw added.error;
    const seqs = added!.results[1]!.cells.map((cell) => (JSON.parse(cell as string) as [number])[0]);
    const [ended] = await driver.write([[{
      sql:
        `update ${table} set state = 'finished', outcome = 'success', value = e.value ->> 1, finished_at = 1,
          expires_at = 2 from json_each(?1) e
        where ${table}.seq = (e.value ->> 0) and +${table}.owner = 1 and +${table}.state = 'running'`,
      args: [JSON.stringify(seqs.map((seq) => [seq, "rich:1"]))],
    }]]);
    if ("error" in ended!) throw ended.error;
  }
  const perSecond = jobs / (systemClock.monotonicMs() - startMs) * 1000;
  driver.close();
  return perSecond;
}

async function measure(setting: Setting): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-bench-"));
  try {
    const driver = await throughDriver(join(folder, "driver.db"), setting);
    const store = await throughStore(join(folder, "store.db"), setting);
    const { inFlight, synchronous } = setting;
    const shown = [store, driver].map((perSecond) => Math.round(perSecond).toLocaleString("en"));
    process.stdout.write(
      `${synchronous}, ${inFlight} in flight: store ${shown[0]} jobs/s, driver ${shown[1]} jobs/s, ` +
        `ratio ${(store / driver).toFixed(2)}\n`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const [jobs = "50000", inFlight, synchronous] = process.argv.slice(2);
for (const level of ["normal", "full"] as const) {
  if (synchronous !== undefined && synchronous !== level) continue;
  for (const flight of inFlight === undefined ? [100, 1000] : [Number(inFlight)]) {
    await measure({ jobs: Number(jobs), inFlight: flight, synchronous: level });
  }
}
