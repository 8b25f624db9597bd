/**
 * Jobs per second through the libSQL store (added, claimed, ended), beside the same rows written by the bare driver
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
import { libsql } from "../src/stores/libsql.ts";
import { systemClock } from "../src/time/system_clock.ts";
import { benchId, benchPayload, benchTask, type Setting, throughDriver } from "./raw_ceiling.ts";

const task = benchTask;

function newJob(number: number): NewJob {
  return {
    id: benchId(number),
    taskName: task,
    taskVersion: 1,
    scheduleSeq: null,
    scheduleId: null,
    fireTimeMs: null,
    runAtMs: null,
    priority: 0,
    ageingMs: null,
    tags: [],
    concurrencyKey: null,
    rateKey: null,
    input: benchPayload,
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
    tasks: [{ name: task, version: 1 }],
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
      store.claimJobs({ incarnation, tasks: [{ name: task, version: 1 }], limit: inFlight }),
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

async function measure(setting: Setting): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-bench-"));
  try {
    const driver = await throughDriver(`file:${join(folder, "driver.db")}`, setting);
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
