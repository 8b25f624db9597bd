import type { JobRecord } from "../../model/job_record.ts";
import { withoutUndefined } from "../../model/payload.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { JobFilter, JobStore } from "../../stores/job_store.ts";
import type { ScheduleFilter, ScheduleStore } from "../../stores/schedule_store.ts";
import { nextTurn } from "../../time/clock.ts";

/** Number of rows that are read or written at once: other work has its turn between two steps. */
export const STEP = 500;

/** All jobs that match, oldest first, page by page; each page has a turn of its own. */
export function jobPages(
  store: Pick<JobStore, "getJobs">,
  filter: Omit<JobFilter, "afterSeq" | "order" | "limit">,
): AsyncGenerator<readonly JobRecord[], void> {
  return pages((last?: JobRecord) =>
    store.getJobs({ ...filter, order: "oldest", limit: STEP, ...withoutUndefined({ afterSeq: last?.seq }) })
  );
}

/** All schedules that match, by order of adding, page by page; each page has a turn of its own. */
export function schedulePages(
  store: Pick<ScheduleStore, "getSchedules">,
  filter: Omit<ScheduleFilter, "after" | "order" | "limit">,
): AsyncGenerator<readonly ScheduleRecord[], void> {
  return pages((after?: ScheduleRecord) =>
    store.getSchedules({ ...filter, order: "oldest", limit: STEP, ...withoutUndefined({ after }) })
  );
}

/** The items in lists of at most `STEP`; each list has a turn of its own. */
export async function* inSteps<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[], void> {
  for (let from = 0; from < items.length; from += STEP) {
    if (from > 0) await turn();
    yield items.slice(from, from + STEP);
  }
}

/** Lets other work have its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}

async function* pages<Row>(
  read: (last?: Row) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[], void> {
  for (let page = await read();; page = await read(page.at(-1))) {
    if (page.length > 0) yield page;
    if (page.length < STEP) return;
    await turn();
  }
}
