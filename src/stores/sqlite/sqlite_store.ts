import type { DataStore } from "../data_store.ts";
import type { ReadStore } from "../read_store.ts";
import { addJobs } from "./jobs/add_jobs.ts";
import { advanceSchedules } from "./schedules/advance_schedules.ts";
import { calendars } from "./schedules/calendars.ts";
import { changeJobs } from "./jobs/change_jobs.ts";
import { changes } from "./changes.ts";
import { claimJobs } from "./jobs/claim_jobs.ts";
import { endJobs } from "./jobs/end_jobs.ts";
import { findJobs } from "./jobs/find_jobs.ts";
import { findSchedules } from "./schedules/find_schedules.ts";
import { jobHistory, putProgress } from "./jobs/job_history.ts";
import { prune } from "./prune.ts";
import { replanSchedules, writeSchedules } from "./schedules/write_schedules.ts";
import { schedulers } from "./schedulers.ts";
import { tasks } from "./tasks.ts";
import type { SqliteSession } from "./session/session.ts";

/** The operations that all SQL stores share; how it connects, opens and watches is the adapter's. */
export type SqliteOperations = Omit<
  DataStore,
  "kind" | "location" | "capabilities" | "open" | "close" | "watch" | "within" | "replica"
>;

/** The lists and counts for people, on a database that may be a copy. */
export function sqliteReads(session: SqliteSession): ReadStore {
  const { getJobs, countJobs } = findJobs(session);
  const { getSchedules } = findSchedules(session);
  const { getTasks } = tasks(session);
  return { getJobs, countJobs, getSchedules, getTasks };
}

/** The operations of a data store on a database. */
export function sqliteOperations(session: SqliteSession): SqliteOperations {
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
