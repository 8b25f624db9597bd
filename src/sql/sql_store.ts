import type { DataStore } from "../stores/data_store.ts";
import type { LookStore } from "../stores/look_store.ts";
import { addJobs } from "./operations/add_jobs.ts";
import { advanceSchedules } from "./operations/advance_schedules.ts";
import { calendars } from "./operations/calendars.ts";
import { changeJobs } from "./operations/change_jobs.ts";
import { changes } from "./operations/changes.ts";
import { claimJobs } from "./operations/claim_jobs.ts";
import { endJobs } from "./operations/end_jobs.ts";
import { findJobs } from "./operations/find_jobs.ts";
import { findSchedules } from "./operations/find_schedules.ts";
import { putProgress } from "./operations/put_progress.ts";
import { jobHistory } from "./operations/job_history.ts";
import { prune } from "./operations/prune.ts";
import { replanSchedules } from "./operations/replan_schedules.ts";
import { schedulers } from "./operations/schedulers.ts";
import { tasks } from "./operations/tasks.ts";
import { writeSchedules } from "./operations/write_schedules.ts";
import type { SqlSession } from "./session.ts";

/** What every SQL store does alike; how it connects, opens and watches is the adapter's. */
export type SqlOperations = Omit<
  DataStore,
  "kind" | "location" | "capabilities" | "open" | "close" | "watch" | "within" | "replica"
>;

/** What people look at, on a database that may be a copy. */
export function sqlLooks(session: SqlSession): LookStore {
  const { getJobs, countJobs } = findJobs(session);
  const { getSchedules } = findSchedules(session);
  const { getTasks } = tasks(session);
  return { getJobs, countJobs, getSchedules, getTasks };
}

/** The operations of a data store on a database. */
export function sqlOperations(session: SqlSession): SqlOperations {
  const now = `select ${session.dialect.now("?1")}`;
  return {
    ...tasks(session),
    ...writeSchedules(session),
    ...replanSchedules(session),
    ...advanceSchedules(session),
    ...findSchedules(session),
    ...addJobs(session),
    ...claimJobs(session),
    ...endJobs(session),
    ...putProgress(session),
    ...changeJobs(session),
    ...findJobs(session),
    ...jobHistory(session),
    ...schedulers(session),
    ...calendars(session),
    ...prune(session),
    ...changes(session),
    async nowMs() {
      const [time] = await session.read([{ sql: now, args: [session.nowArgument()] }]);
      return time!.cells[0] as number;
    },
  };
}
