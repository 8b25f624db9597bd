import { isDue } from "../../model/decisions.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { DueSchedules, ScheduleFilter, SchedulePlace } from "../schedule_store.ts";
import type { MemoryState } from "./memory_state.ts";
import { dueOrder } from "./schedule_table.ts";

/** The schedules that match, in the order asked. */
export function getSchedules(state: MemoryState, filter: ScheduleFilter): readonly ScheduleRecord[] {
  const { ids, idPrefix, after } = filter;
  const order = filter.order === "oldest" ? bySeq : byNextFire;
  const asked = ids === undefined
    ? [...state.schedules.all()]
    : [...new Set(ids)].map((id) => state.schedules.get(id)).filter((schedule) => schedule !== undefined);
  const found = asked.filter((schedule) =>
    (after === undefined || order(after, schedule) < 0) &&
    (idPrefix === undefined || schedule.id.startsWith(idPrefix)) &&
    (filter.taskName === undefined || schedule.taskName === filter.taskName) &&
    (filter.group === undefined || schedule.group === filter.group) &&
    (filter.paused === undefined || schedule.paused === filter.paused) &&
    (filter.status === undefined || schedule.status === filter.status)
  );
  return found.sort(order).slice(0, filter.limit);
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

function byNextFire(a: SchedulePlace, b: SchedulePlace): number {
  if (a.nextFireTimeMs === b.nextFireTimeMs) return bySeq(a, b);
  return (a.nextFireTimeMs ?? Infinity) - (b.nextFireTimeMs ?? Infinity);
}

function bySeq(a: SchedulePlace, b: SchedulePlace): number {
  return a.seq - b.seq;
}
