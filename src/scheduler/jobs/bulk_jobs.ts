import { CarillonError } from "../../errors.ts";
import { refuseUnknownOptions } from "../../model/option_checks.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { type JobState, pendingStates, unfinishedStates } from "../../model/states.ts";
import type { JobFilter } from "../../stores/job_store.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import { inSteps, jobPages } from "../store/row_pages.ts";
import { CANCEL_REASON } from "./handles.ts";
import { type AllJobsFilter, jobFilterKeys } from "./job_queries.ts";

/** Filter of the jobs to cancel, retry or remove; a missing key does not restrict, but one must. */
export interface BulkFilter extends Omit<AllJobsFilter, "order" | "idPrefix"> {
  /** Most jobs to change, the oldest first. @default all that match */
  readonly limit?: number;
}

/** Options of a call about many jobs at once. */
export interface BulkOptions {
  /** Only count and list the jobs, and change nothing. @default false */
  readonly preview?: boolean;
}

/** Options of {@linkcode Scheduler.cancelJobs}. */
export interface CancelJobsOptions extends BulkOptions {
  /** Reason, passed to the jobs and kept with them. @default "it was cancelled" */
  readonly reason?: string;
}

/** The jobs that were changed, or would be. */
export interface BulkAnswer {
  /** True if nothing was changed. */
  readonly preview: boolean;
  readonly count: number;
  /** Number of jobs of each task. */
  readonly byTask: Readonly<Record<string, number>>;
  /** The jobs, in order of adding. */
  readonly ids: readonly string[];
}

/** The changes that can be made to many jobs at once. */
type BulkAction = "cancel" | "retry" | "remove";

/** The part of a job that is returned. */
type FoundJob = Pick<JobRecord, "id" | "taskName">;

/** Jobs of one store to find, and what to do with them. */
interface BulkWork {
  readonly action: BulkAction;
  readonly filter: JobFilter;
  readonly preview: boolean;
  readonly reason: string;
}

/** The beginning of an id is too easily too short where all jobs that match are meant. */
const filterKeys = jobFilterKeys.filter((key) => key !== "idPrefix");

/** The states of jobs that each action applies to. */
const statesOf: Readonly<Record<BulkAction, readonly JobState[]>> = {
  cancel: unfinishedStates,
  retry: ["finished", "parked"],
  remove: [...pendingStates, "finished"],
};

/** Cancels, retries and removes many jobs at once: in small steps, those that match when it is called. */
export class BulkJobs {
  readonly #units: StoreUnits;

  constructor(units: StoreUnits) {
    this.#units = units;
  }

  /** Cancels the jobs that match and are not finished. Throws `invalidOption`. */
  async cancel(filter: BulkFilter, options: CancelJobsOptions): Promise<BulkAnswer> {
    refuseUnknownOptions(options, ["preview", "reason"], "cancelJobs");
    return await this.#change("cancel", filter, options, options.reason);
  }

  /** Runs the finished and parked jobs that match again. Throws `invalidOption`. */
  async retry(filter: BulkFilter, options: BulkOptions): Promise<BulkAnswer> {
    refuseUnknownOptions(options, ["preview"], "retryJobs");
    return await this.#change("retry", filter, options);
  }

  /** Deletes the jobs that match and do not run. Throws `invalidOption`. */
  async remove(filter: BulkFilter, options: BulkOptions): Promise<BulkAnswer> {
    refuseUnknownOptions(options, ["preview"], "removeJobs");
    return await this.#change("remove", filter, options);
  }

  async #change(
    action: BulkAction,
    { store, limit = Infinity, ...filter }: BulkFilter,
    { preview = false }: BulkOptions,
    reason = CANCEL_REASON,
  ): Promise<BulkAnswer> {
    const what = `${action}Jobs`;
    refuseUnknownOptions(filter, filterKeys, `the filter of ${what}`);
    refuseNoFilter(filter, what);
    const ids: string[] = [];
    const byTask: Record<string, number> = {};
    for (const unit of await this.#units.openAll(store)) {
      const work = { action, filter: { ...filter, limit: limit - ids.length }, preview, reason };
      for await (const changed of changeJobs(unit, work)) {
        for (const { id, taskName } of changed) {
          ids.push(id);
          byTask[taskName] = (byTask[taskName] ?? 0) + 1;
        }
      }
    }
    return { preview, count: ids.length, byTask, ids };
  }
}

/** Changes the jobs of one store that match now; what is added or ends meanwhile is left alone. */
async function* changeJobs(unit: StoreUnit, work: BulkWork): AsyncGenerator<readonly FoundJob[], void> {
  const found: FoundJob[] = [];
  for await (const page of pages(unit, work)) for (const job of page) found.push(job);
  if (work.preview) return yield found;
  for await (const step of inSteps(found)) {
    const done = new Set(await act(unit, work, step.map(({ id }) => id)));
    yield step.filter(({ id }) => done.has(id));
  }
  unit.wakeJobs();
}

/** Throws `invalidOption` for a filter that restricts nothing: leaving everything out never means all jobs. */
function refuseNoFilter(filter: JobFilter, what: string): void {
  const given = Object.entries(filter).some(([key, value]) =>
    key !== "limit" && key !== "order" && value !== undefined
  );
  if (given) return;
  throw new CarillonError(
    "invalidOption",
    `${what} needs a filter, but got one that restricts nothing; name a task, states or outcomes`,
    { details: { option: "filter" } },
  );
}

/** The jobs that match, page by page, with no more of them than is returned: those of a call must fit, however many. */
async function* pages(
  unit: StoreUnit,
  { action, filter }: BulkWork,
): AsyncGenerator<readonly FoundJob[], void> {
  const states = (filter.states ?? statesOf[action]).filter((state) => statesOf[action].includes(state));
  const { limit: most = Infinity, ...selected } = filter;
  let left = most;
  if (left <= 0 || states.length === 0) return;
  for await (const page of jobPages(unit.store, { ...selected, states, payloads: false })) {
    const fitting = page.filter((job) => fits(job, action, filter)).slice(0, left);
    yield fitting.map(({ id, taskName }) => ({ id, taskName }));
    left -= fitting.length;
    if (left <= 0) return;
  }
}

/** True if an action applies to a job: one that succeeded is only run again where the filter asks for it. */
function fits(job: JobRecord, action: BulkAction, filter: JobFilter): boolean {
  if (action !== "retry" || filter.outcomes !== undefined || filter.ids !== undefined) return true;
  return job.outcome !== "success";
}

async function act(unit: StoreUnit, work: BulkWork, ids: readonly string[]): Promise<readonly string[]> {
  const { jobs } = unit.gateway;
  switch (work.action) {
    case "cancel":
      return (await unit.cancellation.cancel(ids, work.reason)).map(({ id }) => id);
    case "retry":
      return (await jobs.retry(ids)).map(({ id }) => id);
    case "remove":
      return await jobs.remove(ids);
    default:
      return work.action satisfies never;
  }
}
