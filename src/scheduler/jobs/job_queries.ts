import { refuseUnknownOptions } from "../../model/option_checks.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { withoutUndefined } from "../../model/payload.ts";
import type { JobState } from "../../model/states.ts";
import type { JobCounts, JobFilter } from "../../stores/job_store.ts";
import { type Page, type PagedList, type PageOptions, readPage, throughPages } from "../list_pages.ts";
import type { StoreUnits } from "../store_units.ts";
import { type Job, jobView } from "../views/job.ts";
import { attemptView, type JobAttempt, type JobLogs, logsView } from "../views/job_history.ts";
import { existing } from "./job_results.ts";

/** Filter of {@linkcode Scheduler.allJobs}; a missing key does not restrict. */
export interface AllJobsFilter extends Omit<JobFilter, "afterSeq" | "limit"> {
  /** Alias of the store. @default all of them */
  readonly store?: string;
}

/** Filter and page of {@linkcode Scheduler.getJobs}; a missing key does not restrict. */
export interface JobsFilter extends AllJobsFilter, PageOptions {}

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

  /** A page of the jobs that match, newest first by default. Throws `invalidOption`. */
  async list({ store, limit, cursor, ...filter }: JobsFilter): Promise<Page<Job>> {
    refuseUnknownOptions(filter, [...jobFilterKeys, "order"], "the filter of jobs");
    const units = await this.#units.openAll(store);
    const { items, ...next } = await readPage(units, jobList(filter), withoutUndefined({ limit, cursor }));
    return { items: items.map(jobView), ...next };
  }

  /** All jobs that match, newest first by default. Throws `invalidOption`. */
  all(filter: AllJobsFilter): AsyncGenerator<Job, void> {
    refuseUnknownOptions(filter, [...jobFilterKeys, "order", "store"], "the filter of all jobs");
    return throughPages((page) => this.list({ ...filter, ...page }));
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
}

function jobList(filter: JobFilter): PagedList<JobRecord, number> {
  const { order = "newest" } = filter;
  const sign = order === "oldest" ? 1 : -1;
  return {
    items: "jobs",
    order,
    read: ({ gateway }, afterSeq, limit) =>
      gateway.queries.getJobs({ ...filter, payloads: false, limit, ...withoutUndefined({ afterSeq }) }),
    placeOf: ({ seq }) => seq,
    isPlace: (value): value is number => Number.isSafeInteger(value),
    compare: (a, b) => sign * (a.createdAtMs - b.createdAtMs),
  };
}
