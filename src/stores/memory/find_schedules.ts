import { isDue } from "../../model/decisions.ts";
import { CLOCK_SET_BACK_MS, type ScheduleRecord } from "../../model/schedule_record.ts";
import {
  type DueSchedules,
  type ScheduleFilter,
  type SchedulePlace,
  TAKEN_FIRES_MAX,
} from "../schedule_store.ts";
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
      takenFireTimesMs: takenFireTimes(state, schedule, nowMs),
    })),
    nextFireTimeMs: ahead?.nextFireTimeMs ?? null,
  };
}

function takenFireTimes(
  state: MemoryState,
  { seq, nextFireTimeMs }: ScheduleRecord,
  nowMs: number,
): readonly number[] {
  const taken: number[] = [];
  const fires = state.jobs.ofSchedule(seq)?.fires;
  const fromMs = Math.min(nextFireTimeMs ?? nowMs, nowMs);
  let job = fires?.after({ fireTimeMs: fromMs, seq: -1 });
  for (; job !== undefined && taken.length < TAKEN_FIRES_MAX; job = fires?.after(job)) {
    taken.push(job.fireTimeMs as number);
  }
  return taken;
}

/** Which of these fire times of a schedule have a job. */
export function getFireTimes(
  state: MemoryState,
  scheduleSeq: number,
  fireTimesMs: readonly number[],
): readonly number[] {
  const fires = state.jobs.ofSchedule(scheduleSeq)?.fires;
  return fireTimesMs.filter((fireTimeMs) => fires?.after({ fireTimeMs, seq: -1 })?.fireTimeMs === fireTimeMs);
}

function inDueOrder(state: MemoryState, limit: number, nowMs: number): readonly ScheduleRecord[] {
  const due = new Set(dueOrToPlan(state, limit, nowMs));
  const { advanced } = state.schedules;
  const after = (key: { readonly advancedAtMs: number; readonly seq: number }) => advanced.after(key);
  let ahead = after({ advancedAtMs: nowMs + CLOCK_SET_BACK_MS, seq: Infinity });
  if (ahead === undefined) return [...due];
  for (; ahead !== undefined; ahead = after(ahead)) due.add(ahead);
  return [...due].sort(dueOrder).slice(0, limit);
}

/** Merges the two indexes: what is due by its time, and what must be planned whatever its time. */
function dueOrToPlan(state: MemoryState, limit: number, nowMs: number): readonly ScheduleRecord[] {
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
