import type { Environment } from "../environment.ts";
import { explain, type Explanation, type LocalFacts } from "../explain.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";

/** How many of the jobs that hold a slot are named. */
const HOLDERS_MAX = 10;

/** Gathers what is known about a job and says why it is not running. Throws `jobNotFound`. */
export async function explainJob(
  id: string,
  units: StoreUnits,
  environment: Environment,
): Promise<Explanation> {
  const { unit, record: job } = await units.job(id);
  const { store } = unit;
  const { taskName, scheduleId } = job;
  const runs = { states: ["running"], order: "oldest" } as const;
  const [nowMs, [task], taskHolders, schedulers, schedules, scheduleHolders] = await Promise.all([
    store.nowMs(),
    store.getTasks([taskName]),
    store.getJobs({ ...runs, taskName, limit: HOLDERS_MAX }),
    store.getSchedulers(),
    scheduleId === null ? [] : store.getSchedules({ ids: [scheduleId] }),
    scheduleId === null ? [] : store.getJobs({ ...runs, scheduleId }),
  ]);
  // A schedule that was removed limits nothing, also when another one has its id now.
  const schedule = schedules.find(({ seq }) => seq === job.scheduleSeq);
  const local = localFacts(unit, environment);
  return explain({ nowMs, job, task, schedule, taskHolders, scheduleHolders, schedulers, local });
}

function localFacts(unit: StoreUnit, { role, paused, slots }: Environment): LocalFacts | undefined {
  const { incarnation } = unit;
  if (incarnation === undefined || (role !== "worker" && role !== "both")) return undefined;
  return { incarnation, paused: paused(), full: slots.full, maxConcurrentJobs: slots.limit };
}
