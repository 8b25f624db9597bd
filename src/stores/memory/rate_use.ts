import { countsFor, rateLimit } from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { RateUse } from "../task_store.ts";
import type { MemoryState } from "./memory_state.ts";

type Rated = Pick<JobRecord, "taskName" | "rateKey">;

/** How the rate stands that a job counts for; undefined where there is none. */
export function rateUse(state: MemoryState, job: Rated, nowMs: number): RateUse | undefined {
  const rate = rateLimit(state.tasks.get(job.taskName));
  const key = countsFor(rate, job);
  if (rate === null || key === null) return undefined;
  const { limit, perMs } = rate;
  const started = state.starts.countAfter(job.taskName, key, nowMs - perMs);
  const leavingMs = started < limit ? undefined : state.starts.fromLast(job.taskName, key, limit);
  return { limit, perMs, started, nextStartAtMs: leavingMs === undefined ? null : leavingMs + perMs };
}

/** Whether the rate that a job counts for, where there is one, lets it start. */
export function rateOpen(state: MemoryState, job: Rated, nowMs: number): boolean {
  return (rateUse(state, job, nowMs)?.nextStartAtMs ?? null) === null;
}

/** Notes the start of a job where its task's rate is limited. */
export function noteStart(state: MemoryState, job: Rated, nowMs: number): void {
  const rate = rateLimit(state.tasks.get(job.taskName));
  const key = countsFor(rate, job);
  if (rate !== null && key !== null) state.starts.add(job.taskName, key, nowMs, nowMs - rate.perMs);
}

/** Drops the starts that count no more. */
export function pruneStarts(state: MemoryState, nowMs: number): void {
  for (const [taskName, task] of state.tasks) {
    const rate = rateLimit(task);
    if (rate !== null) state.starts.prune(taskName, nowMs - rate.perMs);
  }
}
