import { CarillonError } from "../../errors.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { type JobState, pendingStates, unfinishedStates } from "../../model/states.ts";
import type { JobFilter } from "../../stores/job_store.ts";
import type { StoreUnit } from "../store_unit.ts";

/** How many jobs are read and changed in one step, so that nobody waits long for it. */
const STEP = 500;

/** What is done with many jobs at once. */
export type BulkAction = "cancel" | "retry" | "remove";

/** What was done with many jobs, or would be. */
export interface BulkAnswer {
  /** Whether it was only looked at. */
  readonly preview: boolean;
  readonly count: number;
  /** Number of jobs of each task. */
  readonly byTask: Readonly<Record<string, number>>;
  /** The jobs, in order of adding. */
  readonly ids: readonly string[];
}

/** Jobs to act on: how to find them, what to do with those found, and whether to do it. */
export interface BulkWork {
  readonly action: BulkAction;
  readonly filter: JobFilter;
  readonly preview: boolean;
  readonly reason: string;
}

/** What each action can be about. */
const statesOf: Readonly<Record<BulkAction, readonly JobState[]>> = {
  cancel: unfinishedStates,
  retry: ["finished", "parked"],
  remove: [...pendingStates, "finished"],
};

/** Acts on the jobs of one store that match now; what is added or ends meanwhile is left alone. */
export async function bulkJobs(unit: StoreUnit, work: BulkWork): Promise<readonly JobRecord[]> {
  await unit.open();
  const found: JobRecord[] = [];
  for await (const page of pages(unit, work)) found.push(...page);
  if (work.preview) return found;
  const done = new Set<string>();
  for (let from = 0; from < found.length; from += STEP) {
    const ids = found.slice(from, from + STEP).map(({ id }) => id);
    for (const id of await act(unit, work, ids)) done.add(id);
  }
  unit.wakeJobs();
  return found.filter(({ id }) => done.has(id));
}

/** What became of all of them. */
export function bulkAnswer(jobs: readonly JobRecord[], preview: boolean): BulkAnswer {
  const byTask: Record<string, number> = {};
  for (const { taskName } of jobs) byTask[taskName] = (byTask[taskName] ?? 0) + 1;
  return { preview, count: jobs.length, byTask, ids: jobs.map(({ id }) => id) };
}

/** Throws `invalidOption` for a filter that restricts nothing: all jobs are never meant by saying nothing. */
export function refuseNoFilter(filter: JobFilter, what: string): void {
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

/** The jobs that match, page by page without their inputs and values: a preview of a million must fit. */
async function* pages(unit: StoreUnit, { action, filter }: BulkWork): AsyncGenerator<readonly JobRecord[]> {
  const states = (filter.states ?? statesOf[action]).filter((state) => statesOf[action].includes(state));
  let left = filter.limit ?? Infinity;
  for (let afterSeq = -1; left > 0 && states.length > 0;) {
    const page = await unit.store.getJobs({ ...filter, states, order: "oldest", afterSeq, limit: STEP });
    const fitting = page.filter((job) => fits(job, action, filter)).slice(0, left);
    yield fitting.map((job) => ({ ...job, input: null, value: null }));
    left -= fitting.length;
    if (page.length < STEP) return;
    afterSeq = page.at(-1)!.seq;
  }
}

/** What succeeded is only run again by those who say so. */
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
  }
}
