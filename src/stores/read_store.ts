import type { JobStore } from "./job_store.ts";
import type { ScheduleStore } from "./schedule_store.ts";
import type { TaskStore } from "./task_store.ts";

/**
 * The lists and counts that people look at. A store that keeps a copy of its data nearby may answer them from there: they
 * show everything that this process has written or heard of, and of what others have written what the copy has, which is
 * no older than the store says. Nothing may be decided by them.
 */
export type ReadStore =
  & Pick<JobStore, "getJobs" | "countJobs">
  & Pick<ScheduleStore, "getSchedules">
  & Pick<TaskStore, "getTasks">;
