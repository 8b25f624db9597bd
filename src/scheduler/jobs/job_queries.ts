import { refuseUnknownOptions } from "../../model/option_checks.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { JobState } from "../../model/states.ts";
import type { JobCounts, JobFilter } from "../../stores/job_store.ts";
import type { StoreUnits } from "../store_units.ts";
import { type Job, jobView } from "../views/job.ts";
import { attemptView, type JobAttempt, type JobLogs, logsView } from "../views/job_history.ts";
import { existing } from "./job_results.ts";

/** Filter of {@linkcode Scheduler.getJobs}; a missing key does not restrict. */
export interface JobsFilter extends Omit<JobFilter, "afterSeq"> {
  /** Alias of the store. @default all of them */
  readonly store?: string;
}

/** The keys of a filter of jobs. */
export const jobFilterKeys = [
  "ids",
  "idPrefix",
  "after",
  "taskName",
  "scheduleId",
  "batchId",
  "addedBy",
  "states",
  "outcomes",
  "owner",
  "afterSeq",
  "order",
  "limit",
  "offset",
] as const satisfies readonly (keyof JobFilter)[];

/** Reads jobs from all stores of a scheduler. */
export class JobQueries {
  readonly #units: StoreUnits;

  constructor(units: StoreUnits) {
    this.#units = units;
  }

  /** A job as it is now. Throws `jobNotFound`. */
  async get(id: string): Promise<Job> {
    return jobView((await this.#units.job(id)).record);
  }

  /** The jobs that match, newest first by default. */
  async list({ store, ...filter }: JobsFilter): Promise<Job[]> {
    refuseUnknownOptions(filter, jobFilterKeys, "the filter of jobs");
    return (await this.#records(filter, store)).map(jobView);
  }

  /** Number of jobs in each state. */
  async count(
    { store, ...filter }: Pick<JobsFilter, "taskName" | "scheduleId" | "store">,
  ): Promise<JobCounts> {
    const units = await this.#units.openAll(store);
    const counts = await Promise.all(units.map((unit) => unit.gateway.queries.countJobs(filter)));
    const inAll = (state: JobState) => counts.reduce((sum, one) => sum + one[state], 0);
    return {
      scheduled: inAll("scheduled"),
      blocked: inAll("blocked"),
      ready: inAll("ready"),
      running: inAll("running"),
      parked: inAll("parked"),
      finished: inAll("finished"),
    };
  }

  /** The attempts of a job, oldest first. Throws `jobNotFound`. */
  async attempts(id: string): Promise<JobAttempt[]> {
    const { unit } = await this.#units.job(id);
    return existing(await unit.store.getAttempts(id), id).map(attemptView);
  }

  /** The log of a job. Throws `jobNotFound`. */
  async logs(id: string): Promise<JobLogs> {
    const { unit } = await this.#units.job(id);
    return logsView(existing(await unit.store.getLogs(id), id));
  }

  /** The jobs that a job waits or waited for. Throws `jobNotFound`. */
  async parents(id: string): Promise<Job[]> {
    const { unit } = await this.#units.job(id);
    return (await unit.store.getParents(id)).parents.map(jobView);
  }

  async #records(filter: JobFilter, store: string | undefined): Promise<readonly JobRecord[]> {
    const units = await this.#units.openAll(store);
    const [only] = units;
    if (only && units.length === 1) return await only.gateway.queries.getJobs(filter);
    const { offset = 0, limit = Infinity, ...rest } = filter;
    const part = limit === Infinity ? rest : { ...rest, limit: offset + limit };
    const lists = await Promise.all(units.map((unit) => unit.gateway.queries.getJobs(part)));
    const sign = filter.order === "oldest" ? 1 : -1;
    return lists.flat().sort((a, b) => sign * (a.createdAtMs - b.createdAtMs)).slice(offset, offset + limit);
  }
}
