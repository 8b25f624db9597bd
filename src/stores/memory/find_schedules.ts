import { isDue } from "../../model/decisions.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { DueSchedules, ScheduleFilter } from "../schedule_store.ts";
import type { MemoryState } from "./memory_state.ts";
import { dueOrder } from "./schedule_table.ts";

/** The schedules that match, by next fire time, then id. */
export function getSchedules(state: MemoryState, filter: ScheduleFilter): readonly ScheduleRecord[] {
  const ids = filter.ids === undefined ? undefined : new Set(filter.ids);
  const found = [...state.schedules.all()].filter((schedule) =>
    (ids === undefined || ids.has(schedule.id)) &&
    (filter.idPrefix === undefined || schedule.id.startsWith(filter.idPrefix)) &&
    (filter.taskName === undefined || schedule.taskName === filter.taskName) &&
    (filter.group === undefined || schedule.group === filter.group) &&
    (filter.paused === undefined || schedule.paused === filter.paused) &&
    (filter.status === undefined || schedule.status === filter.status)
  );
  const from = filter.offset ?? 0;
  return found.sort(listOrder).slice(from, from + (filter.limit ?? Infinity));
}

/** The schedules to process now, with what the decision about them needs. */
export function dueSchedules(state: MemoryState, limit: number, nowMs: number): DueSchedules {
  const due = inDueOrder(state, limit, nowMs);
  const ahead = state.schedules.firing.after({ nextFireTimeMs: nowMs, seq: Infinity });
  return {
    nowMs,
    due: due.map((schedule) => ({
      schedule,
      task: state.task(schedule.taskName),
      unfinishedJobs: state.jobs.ofSchedule(schedule.seq)?.unfinished ?? 0,
    })),
    nextFireTimeMs: ahead?.nextFireTimeMs ?? null,
  };
}

/** Which of these fire times of a schedule have a job. */
export function getFireTimes(
  state: MemoryState,
  scheduleSeq: number,
  fireTimesMs: readonly number[],
): readonly number[] {
  const taken = new Set<number | null>();
  for (const seq of state.jobs.ofSchedule(scheduleSeq)?.all ?? []) {
    taken.add(state.jobs.get(seq)?.fireTimeMs ?? null);
  }
  return fireTimesMs.filter((fireTimeMs) => taken.has(fireTimeMs));
}

/** Merges the two indexes: what is due by its time, and what must be planned whatever its time. */
function inDueOrder(state: MemoryState, limit: number, nowMs: number): readonly ScheduleRecord[] {
  const { firing, toPlan } = state.schedules;
  const due: ScheduleRecord[] = [];
  let planned = toPlan.first();
  let fired = firing.first();
  while (due.length < limit) {
    const isFiring = fired !== undefined && isDue(fired.nextFireTimeMs as number, nowMs);
    if (planned !== undefined && (!isFiring || dueOrder(planned, fired!) <= 0)) {
      // One that is in both comes once.
      if (planned === fired) fired = firing.after(fired);
      due.push(planned);
      planned = toPlan.after(planned);
    } else if (isFiring) {
      due.push(fired!);
      fired = firing.after(fired!);
    } else break;
  }
  return due;
}

function listOrder(a: ScheduleRecord, b: ScheduleRecord): number {
  const difference = fireTimeOf(a) - fireTimeOf(b);
  if (difference !== 0 && !Number.isNaN(difference)) return difference;
  return a.id < b.id ? -1 : 1;
}

function fireTimeOf({ nextFireTimeMs }: ScheduleRecord): number {
  return nextFireTimeMs ?? Infinity;
}
