import { isDue } from "../../model/decisions.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { PruneAnswer } from "../data_store.ts";
import type { MemoryState } from "./memory_state.ts";

/** Deletes expired jobs, then finished schedules of generated ids that have no job left. */
export function prune(state: MemoryState, limit: number, nowMs: number): PruneAnswer {
  return { jobs: pruneJobs(state, limit, nowMs), schedules: pruneSchedules(state, limit) };
}

function pruneJobs(state: MemoryState, limit: number, nowMs: number): number {
  let deleted = 0;
  for (; deleted < limit; deleted++) {
    const job = state.jobs.expiring.first();
    if (job === undefined || !isDue(job.expiresAtMs as number, nowMs)) break;
    state.deleteJob(job);
  }
  const surplus = [...state.counted.surplus(state.tasks, limit)];
  for (const job of surplus) state.deleteJob(job);
  return deleted + surplus.length;
}

function pruneSchedules(state: MemoryState, limit: number): readonly string[] {
  const left: ScheduleRecord[] = [];
  for (const schedule of state.schedules.disposable) {
    if (left.length >= limit) break;
    if (state.jobs.ofSchedule(schedule.seq) === undefined) left.push(schedule);
  }
  for (const schedule of left) state.schedules.delete(schedule);
  return left.map(({ id }) => id);
}
