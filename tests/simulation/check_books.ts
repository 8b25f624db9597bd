import type { DataStore } from "../../src/stores/data_store.ts";
import type { Oracle } from "./oracle.ts";
import { countedFires } from "./counted_fires.ts";

/** Compares what is stored in the end with the books. */
export async function checkBooks(oracle: Oracle, store: DataStore): Promise<void> {
  const { violations, jobs, schedules } = oracle;
  const stored = new Map((await store.getJobs({})).map((job) => [job.id, job]));
  for (const job of jobs.jobs.values()) {
    const record = stored.get(job.id);
    if (job.state === "removed") {
      violations.unless(record === undefined, () => `job ${job.id} was removed and is still there`);
      continue;
    }
    const is = record && `${record.state} ${record.outcome} ${record.attempt} ${record.claimNumber}`;
    const should = `${job.state} ${job.outcome} ${job.attempt} ${job.fence?.claimNumber ?? 0}`;
    violations.unless(
      is === should,
      () => `job ${job.id} of ${job.taskName} is ${is}, but should be ${should}`,
    );
  }
  for (const id of stored.keys()) violations.unless(jobs.jobs.has(id), () => `job ${id} was never added`);
  for (const record of await store.getSchedules({})) {
    const booked = schedules.schedules.get(record.seq);
    if (booked) schedules.calendarRules.atTheEnd(booked, record.needsPlanning);
    const is = JSON.stringify(record.counters);
    violations.unless(
      booked !== undefined && is === JSON.stringify(booked.record.counters) &&
        booked.firesWithJob.size === record.counters.runs,
      () =>
        `schedule ${record.id} counts ${is}, ${
          countedFires(record.counters)
        } in all, but ${booked?.firesWithJob.size} jobs are there`,
    );
  }
  const left = await store.getSchedulers();
  violations.unless(
    left.length === 0,
    () => `${left.length} schedulers are still registered after they stopped`,
  );
}
