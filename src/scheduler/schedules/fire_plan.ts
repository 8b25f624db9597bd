import { instantOf } from "../../time/temporal.ts";
import { resolveRunSettings, rowSettings } from "../../model/settings.ts";
import type { DroppedFires, ScheduleStep } from "../store/gateway/schedule_gateway.ts";
import type { NewJob } from "../../model/job_record.ts";
import {
  isClockSetBack,
  LATE_AFTER_MS,
  type ScheduleRecord,
  type ScheduleWrite,
} from "../../model/schedule_record.ts";
import { taskMetadata } from "../../model/task_record.ts";
import type { DueSchedule } from "../../stores/schedule_store.ts";
import { jitterOffsetMs, spreadOffsetMs } from "../../triggers/jitter.ts";
import type { Trigger, TriggerContext } from "../../triggers/trigger.ts";
import { chooseFires, type FireChoice } from "./fire_choice.ts";
import { fireJobId } from "../jobs/job_id.ts";
import { type OwedFires, owedFires } from "./owed_fires.ts";

/** Largest number of fires that one step turns into jobs (`coalesce: "all"`). */
export const FIRES_PER_STEP_MAX = 1000;

/** A due schedule, and everything that its plan depends on. */
export interface FirePlanInput {
  readonly due: DueSchedule;
  readonly trigger: Trigger;
  readonly context: TriggerContext;
  readonly nowMs: number;
  /** True if its fires depend on calendars, which may have changed since its next one was stored. @default false */
  readonly usesCalendars?: boolean;
  /** The trigger that was replaced while fires of it were owed, to be settled first. */
  readonly former?: { readonly trigger: Trigger; readonly untilMs: number } | undefined;
  /** Time since the clock was last looked at: it may have been set back at any moment of it. @default 0 */
  readonly unwatchedMs?: number;
  /** A random number in [0, 1), for jitter. */
  readonly random: () => number;
}

/** A schedule's step forward, and what to report about it. */
export interface FirePlan extends ScheduleStep {
  /** The previous jobs are to be cancelled (`overlap: "cancelPrevious"`). */
  readonly cancelPrevious: boolean;
  /** The clock was set back: number of fires that had been dropped while it ran ahead, and are owed again. */
  readonly owedAgain?: number;
}

/**
 * Decides what one due schedule does now: which of the fires owed become jobs, which are missed, coalesced or
 * skipped, and when it fires next. Pure: the loop only carries it out.
 */
export function planFires(input: FirePlanInput): FirePlan {
  const { due, context, nowMs, former } = input;
  const schedule = due.schedule;
  if (isClockSetBack(schedule, nowMs)) return planAfterSetBack(input);
  const looksUp = former === undefined && (schedule.needsPlanning || input.usesCalendars === true);
  const firstMs = looksUp ? replannedFire(input) : schedule.nextFireTimeMs ?? undefined;
  if (firstMs === undefined) return withoutFire(input);
  if (firstMs > nowMs) return advanceOnly(input, { nextFireTimeMs: firstMs });

  const trigger = former?.trigger ?? input.trigger;
  const endMs = Math.min(nowMs, former?.untilMs ?? nowMs);
  const taken = new Set(due.takenFireTimesMs);
  const settings = resolveRunSettings(schedule.policies.overrides, due.task?.overrides, due.task?.settings);
  const owed = owedFires(trigger, context, firstMs, endMs, FIRES_PER_STEP_MAX, taken);
  const chosen = owed.count === 0 ? noFires(owed) : chooseFires({
    owed,
    trigger,
    context,
    nowMs,
    endMs,
    taken,
    graceMs: settings.misfireGraceTimeMs,
    policies: schedule.policies,
    unfinishedJobs: due.unfinishedJobs,
    runsLeft: runsLeft(schedule),
  });
  const runs = schedule.counters.runs + chosen.fires.length;
  const exhausted = schedule.policies.maxRuns !== null && runs >= schedule.policies.maxRuns;
  const isSettled = former === undefined || chosen.nextMs === undefined || chosen.nextMs > former.untilMs;
  const nextMs = former !== undefined && isSettled
    ? input.trigger.nextAfterMs(Math.max(former.untilMs - 1, chosen.lastMs), context)
    : chosen.nextMs;
  const next = exhausted ? undefined : isSettled ? nextFire(input, nextMs, chosen.fires.length) : nextMs;
  const isLate = (fireMs: number) => nowMs - fireMs > LATE_AFTER_MS;
  const lateFires = isLate(firstMs) ? chosen.fires.filter(isLate).length : 0;
  const waitsForFinish = schedule.followsFinish && isSettled && !exhausted && chosen.fires.length > 0;
  return {
    advance: {
      expected: schedule,
      expectedUnfinishedJobs: chosen.dependsOnUnfinished ? due.unfinishedJobs : null,
      schedule: {
        ...contentOf(schedule),
        formerTrigger: isSettled || exhausted ? null : schedule.formerTrigger,
        nextFireTimeMs: waitsForFinish ? null : next ?? null,
        advancedAtMs: nowMs,
        lastFireTimeMs: chosen.lastMs,
        needsPlanning: false,
        status: next === undefined && !waitsForFinish ? "finished" : "active",
        counters: countersAfter(schedule, chosen.fires.length, lateFires, chosen.dropped),
      },
      jobs: chosen.fires.map((fireMs, i) => jobOf(input, fireMs, chosen.fires[i + 1] ?? next, settings)),
    },
    dropped: chosen.dropped,
    lateFires,
    cancelPrevious: schedule.policies.overlap === "cancelPrevious" && chosen.fires.length > 0 &&
      due.unfinishedJobs > 0,
  };
}

/** The choice where every fire owed has a job already. */
function noFires({ last, nextMs }: OwedFires): FireChoice {
  return { fires: [], dropped: [], lastMs: last, nextMs, dependsOnUnfinished: false };
}

/**
 * The step of a schedule that was last advanced by a clock that ran ahead: it continues with the first fire from now on
 * that has no job yet.
 */
function planAfterSetBack(input: FirePlanInput): FirePlan {
  const { due: { schedule, unfinishedJobs, takenFireTimesMs }, trigger, nowMs, unwatchedMs = 0 } = input;
  const { nextFireTimeMs, lastFireTimeMs, formerTrigger } = schedule;
  const anchorMs = Math.min(schedule.anchorMs, nowMs);
  const change = {
    anchorMs,
    formerTrigger: formerTrigger !== null && formerTrigger.untilMs > nowMs ? null : formerTrigger,
    lastFireTimeMs: lastFireTimeMs !== null && lastFireTimeMs > nowMs ? null : lastFireTimeMs,
  };
  if (runsLeft(schedule) === 0) return advanceOnly(input, change);
  if (schedule.followsFinish && unfinishedJobs > 0) {
    return advanceOnly(input, { ...change, nextFireTimeMs: null, status: "active" });
  }
  // What is owed from before the clock ran ahead stays so.
  if (nextFireTimeMs !== null && nextFireTimeMs <= nowMs) return advanceOnly(input, change);
  const { calendars, lastFinished } = input.context;
  const finished = lastFinished ?? (schedule.followsFinish ? instantOf(nowMs) : undefined);
  const context = {
    anchor: instantOf(anchorMs),
    calendars,
    lastFinished: finished && instantOf(Math.min(finished.epochMilliseconds, nowMs)),
  };
  const taken = new Set(takenFireTimesMs);
  let next = trigger.nextAfterMs(schedule.followsFinish ? nowMs : nowMs - unwatchedMs, context);
  while (next !== undefined && taken.has(next)) next = trigger.nextAfterMs(next, context);
  const owedAgain = next === undefined || lastFireTimeMs === null
    ? 0
    : owedFires(trigger, context, next, lastFireTimeMs, 0, taken).count;
  const status = next === undefined ? "finished" : "active";
  return { ...advanceOnly(input, { ...change, nextFireTimeMs: next ?? null, status }), owedAgain };
}

/** The fire that a schedule waits for after its calendar, its zone's rules or its last run changed that. */
function replannedFire({ due, trigger, context, nowMs }: FirePlanInput): number | undefined {
  const schedule = due.schedule;
  if (schedule.followsFinish) {
    if (due.unfinishedJobs > 0) return undefined;
    return trigger.nextAfterMs(Math.max(schedule.lastFinishedMs ?? 0, schedule.lastFireTimeMs ?? 0), context);
  }
  const owedMs = schedule.nextFireTimeMs ?? nowMs;
  const first = trigger.nextAfterMs(Math.min(owedMs, nowMs) - 1, context);
  const last = schedule.lastFireTimeMs;
  // What has fired does not fire again, whatever the new rules say.
  return first !== undefined && last !== null && first <= last ? trigger.nextAfterMs(last, context) : first;
}

function withoutFire(input: FirePlanInput): FirePlan {
  const { schedule, unfinishedJobs } = input.due;
  const waits = schedule.followsFinish && unfinishedJobs > 0;
  return advanceOnly(input, { nextFireTimeMs: null, status: waits ? "active" : "finished" });
}

function advanceOnly(input: FirePlanInput, change: Partial<ScheduleWrite>): FirePlan {
  const { schedule, unfinishedJobs } = input.due;
  const { nowMs } = input;
  const fromMs = schedule.nextFireTimeMs;
  const toMs = change.nextFireTimeMs === undefined ? fromMs : change.nextFireTimeMs;
  return {
    advance: {
      expected: schedule,
      expectedUnfinishedJobs: schedule.followsFinish ? unfinishedJobs : null,
      schedule: { ...contentOf(schedule), needsPlanning: false, advancedAtMs: nowMs, ...change },
      jobs: [],
    },
    dropped: [],
    lateFires: 0,
    cancelPrevious: false,
    ...(fromMs === toMs ? {} : { moved: { fromMs, toMs } }),
  };
}

/** The next fire; a trigger that counts from the end of a run and had none counts from now. */
function nextFire(input: FirePlanInput, nextMs: number | undefined, fires: number): number | undefined {
  if (!input.due.schedule.followsFinish || fires > 0) return nextMs;
  const { anchor, calendars } = input.context;
  return input.trigger.nextAfterMs(input.nowMs, { anchor, calendars, lastFinished: instantOf(input.nowMs) });
}

function runsLeft(schedule: ScheduleRecord): number {
  const { maxRuns } = schedule.policies;
  return maxRuns === null ? Infinity : Math.max(0, maxRuns - schedule.counters.runs);
}

function jobOf(
  { due, random }: FirePlanInput,
  fireMs: number,
  followingMs: number | undefined,
  settings: ReturnType<typeof resolveRunSettings>,
): NewJob {
  const { schedule, task } = due;
  const runAtMs = fireMs + fireDelayMs(schedule, fireMs, followingMs, random());
  return {
    id: fireJobId(schedule.seq, fireMs),
    taskName: schedule.taskName,
    taskVersion: schedule.policies.inputVersion ?? task?.version ?? 1,
    scheduleSeq: schedule.seq,
    scheduleId: schedule.id,
    fireTimeMs: fireMs,
    runAtMs,
    ...rowSettings(settings),
    concurrencyKey: schedule.policies.concurrencyKey,
    rateKey: schedule.policies.rateKey,
    input: schedule.input,
    overrides: schedule.policies.overrides,
    metadata: task === undefined ? schedule.metadata : { ...taskMetadata(task), ...schedule.metadata },
    startDeadlineMs: settings.misfireGraceTimeMs === null ? null : runAtMs + settings.misfireGraceTimeMs,
  };
}

/** The delay of a job after its fire time, from the schedule's jitter and spread; never negative. */
function fireDelayMs(
  schedule: ScheduleRecord,
  fireMs: number,
  followingMs: number | undefined,
  random: number,
): number {
  const { jitterMs, spreadMs } = schedule.policies;
  const spread = spreadMs > 0 ? spreadOffsetMs(schedule.id, spreadMs) : 0;
  // A job does not wait beyond its schedule's next fire.
  const roomMs = followingMs === undefined ? jitterMs : Math.min(jitterMs, followingMs - fireMs);
  const jitter = jitterMs > 0 ? jitterOffsetMs(roomMs, random) : 0;
  return spread + jitter;
}

function countersAfter(
  schedule: ScheduleRecord,
  fires: number,
  lateFires: number,
  dropped: readonly DroppedFires[],
): ScheduleWrite["counters"] {
  const { runs, late } = schedule.counters;
  const counters = { ...schedule.counters, runs: runs + fires, late: late + lateFires };
  for (const { reason, count } of dropped) counters[reason] += count;
  return counters;
}

/** A stored schedule's content without what the store adds. Written out, as it is made at every fire. */
export function contentOf(record: ScheduleRecord): ScheduleWrite {
  return {
    id: record.id,
    generatedId: record.generatedId,
    taskName: record.taskName,
    description: record.description,
    group: record.group,
    trigger: record.trigger,
    formerTrigger: record.formerTrigger,
    input: record.input,
    policies: record.policies,
    metadata: record.metadata,
    paused: record.paused,
    status: record.status,
    error: record.error,
    anchorMs: record.anchorMs,
    nextFireTimeMs: record.nextFireTimeMs,
    advancedAtMs: record.advancedAtMs,
    lastFireTimeMs: record.lastFireTimeMs,
    lastFinishedMs: record.lastFinishedMs,
    followsFinish: record.followsFinish,
    needsPlanning: record.needsPlanning,
    counters: record.counters,
  };
}
