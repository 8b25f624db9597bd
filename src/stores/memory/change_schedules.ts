import { scheduleChanges } from "../../model/change_record.ts";
import type { ScheduleRecord, ScheduleWrite } from "../../model/schedule_record.ts";
import type { ScheduleAdvance, ScheduleChange } from "../schedule_store.ts";
import { insertJob, storedJob } from "./add_jobs.ts";
import type { MemoryState } from "./memory_state.ts";
import { knownCopy } from "./stored_copy.ts";

/** Writes and removes schedules, all of them or none. */
export function writeSchedules(
  state: MemoryState,
  { puts, removes = [] }: ScheduleChange,
  nowMs: number,
): readonly ScheduleRecord[] | undefined {
  const writes = puts.map(({ schedule }) => storedSchedule(schedule));
  if (!stillAsRead(state, { puts, removes })) return undefined;
  for (const { id } of removes) state.removeSchedule(state.schedules.get(id) as ScheduleRecord, nowMs);
  return writes.map((write) => putSchedule(state, write, nowMs));
}

/** Moves schedules on and inserts their jobs, each one for itself. */
export function advanceSchedules(
  state: MemoryState,
  advances: readonly ScheduleAdvance[],
  nowMs: number,
): readonly boolean[] {
  const steps = advances.map((advance) => ({
    ...advance,
    schedule: storedSchedule(advance.schedule),
    jobs: advance.jobs.map(storedJob),
  }));
  return steps.map((step) => {
    if (state.schedules.at(step.expected) === undefined) return false;
    const unfinished = state.jobs.ofSchedule(step.expected.seq)?.unfinished ?? 0;
    if (step.expectedUnfinishedJobs !== null && step.expectedUnfinishedJobs !== unfinished) return false;
    putSchedule(state, step.schedule, nowMs);
    for (const job of step.jobs) insertJob(state, job, nowMs);
    return true;
  });
}

/** Marks active schedules for planning, and those that are marked anew; returns their number. */
export function replanSchedules(
  state: MemoryState,
  ids: readonly string[] | undefined,
  nowMs: number,
): number {
  const asked = ids === undefined
    ? [...state.schedules.all()]
    : [...new Set(ids)].map((id) => state.schedules.get(id)).filter((schedule) => schedule !== undefined);
  const marked = asked.filter(({ status }) => status === "active");
  for (const schedule of marked) {
    const version = schedule.version + 1;
    state.schedules.put({ ...schedule, needsPlanning: true, version, updatedAtMs: nowMs });
  }
  return marked.length;
}

function stillAsRead(state: MemoryState, { puts, removes }: Required<ScheduleChange>): boolean {
  const ids = [...puts.map(({ schedule }) => schedule.id), ...removes.map(({ id }) => id)];
  if (new Set(ids).size !== ids.length) return false;
  return removes.every((expected) => state.schedules.at(expected) !== undefined) &&
    puts.every(({ expected, schedule }) =>
      expected === null
        ? state.schedules.get(schedule.id) === undefined
        : expected.id === schedule.id && state.schedules.at(expected) !== undefined
    );
}

function storedSchedule(schedule: ScheduleWrite): ScheduleWrite {
  return {
    ...schedule,
    trigger: knownCopy(schedule.trigger),
    formerTrigger: schedule.formerTrigger && knownCopy(schedule.formerTrigger),
    policies: knownCopy(schedule.policies),
    metadata: knownCopy(schedule.metadata),
    counters: Object.freeze({ ...schedule.counters }),
  };
}

/** When its last job ended, and how many failed, is the store's own knowledge once the schedule is there. */
function putSchedule(state: MemoryState, write: ScheduleWrite, nowMs: number): ScheduleRecord {
  const before = state.schedules.get(write.id);
  const row = state.schedules.put({
    ...write,
    lastFinishedMs: before === undefined ? write.lastFinishedMs : before.lastFinishedMs,
    failedRuns: before?.failedRuns ?? 0,
    seq: before?.seq ?? state.schedules.nextSeq(),
    version: (before?.version ?? 0) + 1,
    createdAtMs: before?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  });
  if (before !== undefined && before.policies !== row.policies) state.jobs.scheduleChanged(row.seq);
  state.changes.add(...scheduleChanges(before, row));
  return row;
}
