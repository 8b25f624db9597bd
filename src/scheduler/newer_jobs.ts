import type { Environment } from "./environment.ts";
import type { StoreGateway } from "./gateway/store_gateway.ts";
import { newerVersionReason } from "./stored_input.ts";

/** How many jobs of one task are taken up in one round. */
const STEP = 100;

/**
 * Makes jobs ready again that a scheduler with older code has parked and whose version is known here. While both kinds
 * of code run side by side, the older one may take such a job first and park it again; it runs at the latest when
 * the older one has stopped. Answers how many.
 */
export async function takeUpNewerJobs({ registry }: Environment, gateway: StoreGateway): Promise<number> {
  let count = 0;
  for (const { name, version } of registry.tasks()) {
    if (version === 1) continue;
    const parked = await gateway.store.getJobs({
      taskName: name,
      states: ["parked"],
      order: "oldest",
      limit: STEP,
    });
    for (const job of parked) {
      if (job.taskVersion > version || job.parkedReason !== newerVersionReason(job)) continue;
      await gateway.jobs.update(job.id, { runAtMs: null });
      count++;
    }
  }
  return count;
}
