import type { JobEnding } from "../../model/job_record.ts";
import type { SchedulerRecord, SchedulerWrite } from "../../model/scheduler_record.ts";
import type { TaskVersion } from "../../model/task_record.ts";
import { runsVersion } from "../../model/decisions.ts";
import { unparkedJob } from "../../model/transitions.ts";
import type { HeartbeatAnswer } from "../scheduler_store.ts";
import { endJobs } from "./end_jobs.ts";
import type { MemoryState } from "./memory_state.ts";
import { storedCopy } from "./stored_copy.ts";

/** Registers a start and makes the parked jobs of its tasks ready. */
export function registerScheduler(
  state: MemoryState,
  scheduler: SchedulerWrite,
  nowMs: number,
): { readonly incarnation: number; readonly nowMs: number } {
  const copy = storedCopy(scheduler);
  const incarnation = state.nextIncarnation();
  const record = { ...copy, incarnation, startedAtMs: nowMs, leaseUntilMs: nowMs + copy.leaseMs };
  state.schedulers.set(incarnation, Object.freeze(record));
  state.histories.noteName(incarnation, copy.name);
  for (const task of copy.tasks) unparkJobs(state, task);
  return { incarnation, nowMs };
}

/** Replaces the tasks that a scheduler knows, and makes the parked jobs of the added ones ready. */
export function updateSchedulerTasks(
  state: MemoryState,
  incarnation: number,
  tasks: readonly TaskVersion[],
  added: readonly TaskVersion[],
): void {
  const record = state.schedulers.get(incarnation);
  if (record === undefined) return;
  state.schedulers.set(incarnation, Object.freeze({ ...record, tasks: storedCopy(tasks) }));
  for (const task of added) unparkJobs(state, task);
}

/** Renews a lease and returns how the store sees the scheduler. */
export function heartbeat(
  state: MemoryState,
  incarnation: number,
  leaseMs: number,
  nowMs: number,
): HeartbeatAnswer {
  const record = state.schedulers.get(incarnation);
  if (record !== undefined) {
    state.schedulers.set(incarnation, Object.freeze({ ...record, leaseMs, leaseUntilMs: nowMs + leaseMs }));
  }
  return {
    nowMs,
    alive: record !== undefined,
    owned: ownedJobs(state, incarnation),
    others: getSchedulers(state).filter((other) => other.incarnation !== incarnation),
  };
}

/** All registered schedulers; incarnations only grow, so the order of the map is theirs. */
export function getSchedulers(state: MemoryState): readonly SchedulerRecord[] {
  return [...state.schedulers.values()];
}

/** Takes the work of a scheduler, unless it was alive after it was seen. */
export function takeOver(
  state: MemoryState,
  incarnation: number,
  seenLeaseUntilMs: number | null,
  endings: readonly JobEnding[],
  nowMs: number,
): readonly boolean[] | undefined {
  const record = state.schedulers.get(incarnation);
  if (record !== undefined && record.leaseUntilMs !== seenLeaseUntilMs) return undefined;
  const held = endJobs(state, endings, nowMs);
  state.schedulers.delete(incarnation);
  return held;
}

/** Incarnations that own running jobs but have no record. */
export function getOrphanedIncarnations(state: MemoryState): readonly number[] {
  return [...state.jobs.owned.keys()]
    .filter((incarnation) => !state.schedulers.has(incarnation))
    .sort((a, b) => a - b);
}

function unparkJobs(state: MemoryState, task: TaskVersion): void {
  for (const seq of [...state.jobs.ofTask(task.name)?.parked ?? []]) {
    const job = state.jobs.get(seq);
    if (job !== undefined && runsVersion(task, job)) state.jobs.put(unparkedJob(job));
  }
}

function ownedJobs(state: MemoryState, incarnation: number): HeartbeatAnswer["owned"] {
  return [...state.jobs.owned.get(incarnation) ?? []]
    .map((seq) => state.jobs.get(seq))
    .filter((job) => job !== undefined)
    .sort((a, b) => a.seq - b.seq)
    .map(({ seq, id, claimNumber, cancelRequested }) => ({ seq, id, claimNumber, cancelRequested }));
}
