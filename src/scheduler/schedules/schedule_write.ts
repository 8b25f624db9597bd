import { CarillonError } from "../../errors.ts";
import type { Payload } from "../../model/payload.ts";
import type { ResolvedScheduleOptions } from "../../model/schedule_options.ts";
import { type ScheduleRecord, type ScheduleWrite, zeroCounters } from "../../model/schedule_record.ts";
import { EARLIEST_MS, instantOf } from "../../time/temporal.ts";
import { calendarsOf, sameTrigger } from "../../triggers/definition.ts";
import { neverFires } from "../../triggers/never_fires.ts";
import { triggerFromJSON } from "../../triggers/trigger_registry.ts";
import type { Trigger, TriggerContext, TriggerJSON } from "../../triggers/trigger.ts";
import { contentOf } from "./fire_plan.ts";

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
    nextFireTimeMs: next ?? null,
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
  const unchanged = sameTrigger(before.trigger, wanted.trigger);
  if (unchanged && before.status !== "failed" && before.undecodable === undefined) return kept;
  return withNextFire(kept, wanted.trigger, facts);
}

/**
 * A schedule whose trigger was changed: it fires next at its first fire from now on. What has fired does not fire
 * again, also where the clock was set back.
 */
export function withNextFire(schedule: ScheduleWrite, trigger: Trigger, facts: PlanningFacts): ScheduleWrite {
  const context = {
    ...facts.context,
    anchor: instantOf(schedule.anchorMs),
    lastFinished: schedule.lastFinishedMs === null ? undefined : instantOf(schedule.lastFinishedMs),
  };
  const next = trigger.nextAfterMs(Math.max(facts.nowMs - 1, schedule.lastFireTimeMs ?? 0), context);
  const follows = followsFinish(trigger.toJSON());
  // Where it counts from the end of a run, the loop knows more: a run may be in progress, or have ended long ago.
  const open = next === undefined && follows;
  return {
    ...schedule,
    trigger: trigger.toJSON(),
    followsFinish: follows,
    nextFireTimeMs: next ?? null,
    status: next === undefined && !open ? "finished" : "active",
    error: null,
    needsPlanning: open || usesCalendars(trigger),
  };
}

/** A schedule that gives up the fires it owes from before an instant. */
export function resumedFrom(before: ScheduleRecord, fromMs: number, facts: PlanningFacts): ScheduleWrite {
  const schedule = contentOf(before);
  if (before.nextFireTimeMs === null || before.nextFireTimeMs >= fromMs) return schedule;
  return withNextFire(schedule, triggerFromJSON(before.trigger), { ...facts, nowMs: fromMs });
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
