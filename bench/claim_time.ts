import { defaultRunSettings } from "../src/model/settings.ts";
import { libsql } from "../src/stores/libsql.ts";
import { newJob, schedulerWrite } from "../src/testing/store_conformance/records.ts";
import { systemClock } from "../src/time/system_clock.ts";
import { benchTask } from "./raw_ceiling.ts";
import { quantile } from "./report.ts";

const ROUNDS = 200;
const TASK = `${benchTask}.claimed`;

/** The median time of claiming one job, in milliseconds, with all the tasks of the file asked for. */
export async function claimMs(url: string): Promise<number> {
  const store = libsql(url, { synchronous: "normal" });
  await store.open({ clock: systemClock });
  const names = [TASK, benchTask, "bench.keyed"];
  const settings = { ...defaultRunSettings, maxRunningJobs: null, concurrency: { max: 1, fifo: false } };
  await store.putTasks(names.map((name) => {
    return { name, description: null, version: 1, settings, metadata: {} };
  }));
  const { incarnation } = await store.registerScheduler(schedulerWrite(names));
  const tasks = names.map((name) => ({ name, version: 1 }));
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await store.addJobs([newJob(`claimed-${round}`, { taskName: TASK })]);
    const startMs = systemClock.monotonicMs();
    const { claimed } = await store.claimJobs({ incarnation, tasks, limit: 1 });
    waits.push(systemClock.monotonicMs() - startMs);
    await store.endJobs(claimed.map((job) => ({
      fence: { seq: job.seq, incarnation, claimNumber: job.claimNumber },
      transition: { to: "finished", outcome: "success", value: null, error: null, keepMs: null },
    })));
  }
  await store.unregisterScheduler(incarnation);
  await store.close();
  return quantile(waits, 0.5);
}
