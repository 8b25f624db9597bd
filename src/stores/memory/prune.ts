import { isDue } from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { PruneAnswer } from "../data_store.ts";
import { pruneStarts } from "./rates.ts";
import type { MemoryState } from "./memory_state.ts";

/** Deletes expired jobs, then finished schedules of generated ids that have no job left. */
export function prune(state: MemoryState, limit: number, nowMs: number): PruneAnswer {
  pruneStarts(state, nowMs);
  return { jobs: pruneJobs(state, limit, nowMs), schedules: pruneSchedules(state, limit, nowMs) };
}

function pruneJobs(state: MemoryState, limit: number, nowMs: number): number {
  const expired: JobRecord[] = [];
  for (const job of state.jobs.expiring) {
    if (expired.length >= limit || !isDue(job.expiresAtMs as number, nowMs)) break;
    if (!isNeeded(state, job)) expired.push(job);
  }
  for (const job of expired) state.deleteJob(job);
  const surplus = [...state.counted.surplus(state.tasks, limit)].filter((job) => !isNeeded(state, job));
  for (const job of surplus) state.deleteJob(job);
  return expired.length + surplus.length;
}

/** True if a job that is not finished has this one's result still to come. */
function isNeeded(state: MemoryState, { seq }: JobRecord): boolean {
  return [...state.parents.childrenOf(seq)].some((child) => state.jobs.get(child)?.state !== "finished");
}

function pruneSchedules(state: MemoryState, limit: number, nowMs: number): readonly string[] {
  const left: ScheduleRecord[] = [];
  for (const schedule of state.schedules.disposable) {
    if (left.length >= limit) break;
    if (state.jobs.ofSchedule(schedule.seq) === undefined) left.push(schedule);
  }
  for (const schedule of left) state.removeSchedule(schedule, nowMs);
  return left.map(({ id }) => id);
}
