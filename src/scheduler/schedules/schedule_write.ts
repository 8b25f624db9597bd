import { CarillonError } from "../../errors.ts";
import type { Payload } from "../../model/payload.ts";
import type { ResolvedScheduleOptions } from "../../model/schedule_options.ts";
import {
  type FormerTrigger,
  isClockSetBack,
  type ScheduleRecord,
  type ScheduleWrite,
  zeroCounters,
} from "../../model/schedule_record.ts";
import { EARLIEST_MS, instantOf } from "../../time/temporal.ts";
import { calendarsOf, sameTrigger } from "../../triggers/definition.ts";
import { neverFires } from "../../triggers/never_fires.ts";
import { triggerFromJSON } from "../../triggers/trigger_registry.ts";
import type { Trigger, TriggerContext, TriggerJSON } from "../../triggers/trigger.ts";
import { contentOf } from "./fire_plan.ts";
import { owedFires } from "./owed_fires.ts";

/** A schedule to be stored, with everything checked and encoded. */
export interface WantedSchedule {
  readonly id: string;
  readonly generatedId: boolean;
  readonly taskName: string;
  /** With its time zone filled in. */
  readonly trigger: Trigger;
  readonly input: Payload | null;
  /** Version of the task's code that has checked the input; undefined where the code is not here. */
  readonly inputVersion: number | undefined;
  readonly concurrencyKey: string | null;
  readonly rateKey: string | null;
  readonly group: string | null;
  readonly options: ResolvedScheduleOptions;
}

/** The facts that a next fire time is computed with. */
export interface PlanningFacts {
  readonly nowMs: number;
  readonly context: Omit<TriggerContext, "anchor" | "lastFinished">;
}

/** A schedule that is stored for the first time. Throws `neverFires`. */
export function newSchedule(wanted: WantedSchedule, facts: PlanningFacts): ScheduleWrite {
  refuseNeverFiring(wanted);
  const next = firstFire(wanted.trigger, facts.nowMs, facts);
  return {
    ...definitionOf(wanted),
    paused: wanted.options.paused,
    status: next === undefined ? "finished" : "active",
    error: null,
    anchorMs: facts.nowMs,
    formerTrigger: null,
    nextFireTimeMs: next ?? null,
    advancedAtMs: facts.nowMs,
    lastFireTimeMs: null,
    lastFinishedMs: null,
    needsPlanning: usesCalendars(wanted.trigger),
    counters: zeroCounters,
  };
}

/**
 * A stored schedule that is added again: anchor, paused and counters stay, and while the trigger is the same,
 * the next fire time and being finished too.
 */
export function replacedSchedule(
  before: ScheduleRecord,
  wanted: WantedSchedule,
  facts: PlanningFacts,
): ScheduleWrite {
  refuseNeverFiring(wanted);
  const kept = { ...contentOf(before), ...definitionOf(wanted) };
  return withTrigger(before, kept, wanted.trigger, facts);
}

/** `kept`, made of a stored schedule, with a trigger, which may be the one that it has. */
export function withTrigger(
  before: ScheduleRecord,
  kept: ScheduleWrite,
  trigger: Trigger,
  facts: PlanningFacts,
): ScheduleWrite {
  const isReadable = before.status !== "failed" && before.undecodable === undefined;
  if (isReadable && sameTrigger(before.trigger, trigger)) {
    return runsAgain(before, kept) ? withNextFire(kept, trigger, facts) : kept;
  }
  const formerTrigger = isReadable ? owedTrigger(before, facts.nowMs) : null;
  if (formerTrigger === null) return withNextFire({ ...kept, formerTrigger }, trigger, facts);
  const json = trigger.toJSON();
  return { ...kept, trigger: json, formerTrigger, followsFinish: followsFinish(json), needsPlanning: false };
}

/** The trigger by which a schedule owes fires. While it has a former one, changes replace only the new one. */
function owedTrigger(
  { status, trigger, formerTrigger, nextFireTimeMs }: ScheduleRecord,
  nowMs: number,
): FormerTrigger | null {
  if (formerTrigger !== null || status !== "active") return formerTrigger;
  return nextFireTimeMs === null || nextFireTimeMs > nowMs ? null : { trigger, untilMs: nowMs };
}

/** True if a schedule had run as often as it might, and now may run more often. */
export function runsAgain(before: ScheduleWrite, after: ScheduleWrite): boolean {
  return before.status === "finished" && !hasRunsLeft(before) && hasRunsLeft(after);
}

/** True unless a schedule has run as often as it may. */
export function hasRunsLeft({ policies: { maxRuns }, counters }: ScheduleWrite): boolean {
  return maxRuns === null || counters.runs < maxRuns;
}

/**
 * A schedule that fires next at its first fire from now on, or from another instant. What has fired does not fire
 * again.
 */
export function withNextFire(
  schedule: ScheduleWrite,
  trigger: Trigger,
  facts: PlanningFacts,
  fromMs = facts.nowMs,
): ScheduleWrite {
  // What fired while the clock ran ahead has its job, and is left out when its time comes.
  const lastMs = isClockSetBack(schedule, facts.nowMs) ? null : schedule.lastFireTimeMs;
  const next = trigger.nextAfterMs(Math.max(fromMs - 1, lastMs ?? 0), contextOf(schedule, facts));
  const follows = followsFinish(trigger.toJSON());
  // Where it counts from the end of a run, the loop knows more: a run may be in progress, or have ended long ago.
  const open = next === undefined && follows;
  return {
    ...schedule,
    trigger: trigger.toJSON(),
    followsFinish: follows,
    nextFireTimeMs: next ?? null,
    advancedAtMs: facts.nowMs,
    lastFireTimeMs: lastMs,
    status: next === undefined && !open ? "finished" : "active",
    error: null,
    needsPlanning: open || usesCalendars(trigger),
  };
}

function contextOf({ anchorMs, lastFinishedMs }: ScheduleWrite, { context }: PlanningFacts): TriggerContext {
  const lastFinished = lastFinishedMs === null ? undefined : instantOf(lastFinishedMs);
  return { ...context, anchor: instantOf(anchorMs), lastFinished };
}

/** A schedule that gives up the fires it owes from before an instant; they are counted as skipped. */
export function resumedFrom(before: ScheduleRecord, fromMs: number, facts: PlanningFacts): ScheduleWrite {
  const schedule = contentOf(before);
  const { nextFireTimeMs, formerTrigger } = schedule;
  if (nextFireTimeMs === null || nextFireTimeMs >= fromMs) return schedule;
  const context = contextOf(schedule, facts);
  const trigger = triggerFromJSON(schedule.trigger);
  const skipping = (count: number) => ({
    ...schedule,
    formerTrigger: null,
    counters: { ...schedule.counters, skipped: schedule.counters.skipped + count },
  });
  const givenUp = (of: Trigger, firstMs: number | undefined, endMs: number) =>
    firstMs === undefined ? 0 : owedFires(of, context, firstMs, endMs, 0).count;
  if (formerTrigger === null) {
    return withNextFire(skipping(givenUp(trigger, nextFireTimeMs, fromMs - 1)), trigger, facts, fromMs);
  }
  const former = triggerFromJSON(formerTrigger.trigger);
  const { untilMs } = formerTrigger;
  const ofFormer = givenUp(former, nextFireTimeMs, Math.min(untilMs, fromMs - 1));
  const next = former.nextAfterMs(fromMs - 1, context);
  if (next !== undefined && next <= untilMs) {
    return { ...skipping(ofFormer), formerTrigger, nextFireTimeMs: next };
  }
  const ofNew = givenUp(trigger, trigger.nextAfterMs(untilMs - 1, context), fromMs - 1);
  return withNextFire(skipping(ofFormer + ofNew), trigger, facts, Math.max(fromMs, untilMs));
}

/** A calendar may be changed while a schedule is on its way to the store: its fire is looked up again there. */
function usesCalendars(trigger: Trigger): boolean {
  return calendarsOf(trigger).length > 0;
}

function definitionOf(wanted: WantedSchedule) {
  const { id, generatedId, taskName, group, input, inputVersion, options, concurrencyKey, rateKey } = wanted;
  const { description, metadata } = options;
  const policies = { ...options.policies, concurrencyKey, rateKey };
  const trigger = wanted.trigger.toJSON();
  return {
    id,
    generatedId,
    taskName,
    group,
    input,
    description,
    metadata,
    policies: inputVersion === undefined ? policies : { ...policies, inputVersion },
    trigger,
    followsFinish: followsFinish(trigger),
  };
}

/** The first fire at or after the anchor; a date that is already past is owed all the same. */
function firstFire(trigger: Trigger, anchorMs: number, facts: PlanningFacts): number | undefined {
  const context = { ...facts.context, anchor: instantOf(anchorMs) };
  return trigger.nextAfterMs(trigger.kind === "date" ? EARLIEST_MS : anchorMs - 1, context);
}

function refuseNeverFiring({ id, generatedId, taskName, trigger }: WantedSchedule): void {
  if (!neverFires(trigger)) return;
  const which = generatedId ? `A schedule of task '${taskName}'` : `Schedule '${id}'`;
  throw new CarillonError("neverFires", `${which} has a trigger that can never fire, at any time`, {
    details: { scheduleId: id, trigger: trigger.toJSON() },
  });
}

/** True if a trigger counts from the end of the last run: fixed delay, itself or within others. */
export function followsFinish(trigger: TriggerJSON): boolean {
  if (trigger.kind === "fixedDelay") return true;
  return Object.values(trigger).some(containsFixedDelay);
}

function containsFixedDelay(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ((value as { readonly kind?: unknown }).kind === "fixedDelay") return true;
  return Object.values(value).some(containsFixedDelay);
}
