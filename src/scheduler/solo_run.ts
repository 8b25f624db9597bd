import type { JobRecord, NewJob } from "../model/job_record.ts";
import type { Environment } from "./environment.ts";
import { Poller } from "./poller.ts";
import type { StoreUnit } from "./store_unit.ts";

/** How often a job that waits for a slot held elsewhere is tried again, when nobody tells. */
const POLL_MS = 1000;

/**
 * Runs one job in this process on a scheduler that is not started: recorded, within all limits, under a lease of
 * its own, and nothing else. Should a worker elsewhere take the job first, its result is just as good.
 */
export async function soloRun(
  unit: StoreUnit,
  job: NewJob,
  environment: Environment,
): Promise<JobRecord | undefined> {
  const release = await unit.join();
  const request = () => ({
    incarnation: unit.incarnation ?? 0,
    taskNames: [job.taskName],
    limit: 1,
    jobIds: [job.id],
  });
  const start = (claimed: readonly JobRecord[], incarnation: number) => {
    for (const record of claimed) unit.runner.start(record, incarnation);
  };
  const poller = new Poller({
    clock: environment.clock,
    keepAlive: () => true,
    round: async () => {
      const claim = request();
      const answer = await unit.gateway.jobs.claim(claim);
      start(answer.claimed, claim.incarnation);
      if (answer.more) return 0;
      const nextMs = answer.nextRunAtMs === null ? POLL_MS : answer.nextRunAtMs - answer.nowMs;
      return Math.max(1, Math.min(POLL_MS, nextMs));
    },
    onError: () => POLL_MS,
  });
  // Started only when the first claim got nothing, or when the run is over and may have to be tried again.
  const wake = () => {
    poller.start();
    poller.wake();
  };
  try {
    const claim = request();
    const added = await unit.gateway.jobs.add([job], claim);
    start(added.claimed, claim.incarnation);
    const result = unit.results.wait(job.id);
    unit.soloRuns.add(wake);
    if (added.claimed.length === 0) poller.start();
    return await result;
  } finally {
    unit.soloRuns.delete(wake);
    await poller.stop();
    await release();
  }
}
