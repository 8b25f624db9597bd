import type { JobRecord } from "../../model/job_record.ts";
import { unfinishedStates } from "../../model/states.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { Environment } from "../environment.ts";
import { explain } from "./explain.ts";
import type { Explanation, LocalFacts } from "./explanation.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";

/** Largest number of jobs named as holders of a slot. */
const HOLDERS_MAX = 10;
/** Number of unfinished jobs of the task that are searched for those with the same key. */
const NEIGHBOURS_MAX = 10_000;

/** Gathers the facts about a job and explains why it is not running. */
export class JobExplainer {
  readonly #environment: Environment;
  readonly #units: StoreUnits;

  constructor(environment: Environment, units: StoreUnits) {
    this.#environment = environment;
    this.#units = units;
  }

  /** Explains a job. Throws `jobNotFound`. */
  async explain(id: string): Promise<Explanation> {
    const { unit, record: job } = await this.#units.job(id);
    const { store } = unit;
    const { taskName, scheduleId } = job;
    const runs = { states: ["running"], order: "oldest", payloads: false } as const;
    const [nowMs, [task], taskHolders, schedulers, parents, schedules, scheduleHolders, rate] = await Promise
      .all([
        store.nowMs(),
        store.getTasks([taskName]),
        store.getJobs({ ...runs, taskName, limit: HOLDERS_MAX }),
        store.getSchedulers(),
        job.onParentFailure === null ? [] : openParents(store, id),
        scheduleId === null ? [] : store.getSchedules({ ids: [scheduleId] }),
        scheduleId === null ? [] : store.getJobs({ ...runs, scheduleId }),
        store.getRateUse(taskName, job.rateKey),
      ]);
    // A schedule that was removed limits nothing, also when another one has its id now.
    const schedule = schedules.find(({ seq }) => seq === job.scheduleSeq);
    const holding = { taskHolders, scheduleHolders, parents, rate };
    const facts = { nowMs, job, task, schedule, schedulers, ...holding };
    return explain({ ...facts, ...await keyFacts(store, job), local: localFacts(unit, this.#environment) });
  }
}

/** The jobs that it waits for. */
async function openParents(store: DataStore, id: string): Promise<readonly JobRecord[]> {
  const { waits, parents } = await store.getParents(id);
  return waits ? parents.filter(({ state }) => state !== "finished") : [];
}

/** The jobs that share its key: those that run, and the first one before it. */
async function keyFacts(store: DataStore, job: JobRecord) {
  const { taskName, concurrencyKey: key, seq } = job;
  if (key === null) return { keyHolders: [], keyAhead: undefined };
  const jobs = await store.getJobs({
    taskName,
    states: unfinishedStates,
    order: "oldest",
    limit: NEIGHBOURS_MAX,
    payloads: false,
  });
  const sharing = jobs.filter((one) => one.concurrencyKey === key && one.seq !== seq);
  return {
    keyHolders: sharing.filter(({ state }) => state === "running"),
    keyAhead: sharing.find((one) => one.seq < seq),
  };
}

function localFacts(unit: StoreUnit, { role, status, slots }: Environment): LocalFacts | undefined {
  const { incarnation } = unit;
  if (incarnation === undefined || (role !== "worker" && role !== "both")) return undefined;
  return { incarnation, paused: status.paused, full: slots.full, maxConcurrentJobs: slots.limit };
}
