import { checkMetadata, checkString, refuseUnknownOptions } from "../../model/option_checks.ts";
import type { Metadata } from "../../model/payload.ts";
import {
  resolveSchedulePolicies,
  scheduleOptionKeys,
  type SchedulePolicyOptions,
} from "../../model/schedule_options.ts";
import type { SchedulePolicies, ScheduleRecord, ScheduleWrite } from "../../model/schedule_record.ts";
import type { Trigger } from "../../triggers/trigger.ts";
import { triggerFromJSON } from "../../triggers/trigger_registry.ts";
import type { Environment } from "../environment.ts";
import type { StoreUnits } from "../store_units.ts";
import { encodeInput } from "../tasks/task_input.ts";
import { contentOf } from "./fire_plan.ts";
import { type PlanningFacts, runsAgain, withNextFire, withTrigger } from "./schedule_write.ts";
import { zonedTrigger } from "./wanted_schedule.ts";

/** Options of {@linkcode Scheduler.updateSchedule}; what is left out stays. */
export interface ScheduleEditOptions extends SchedulePolicyOptions {
  /** The instants at which it fires. @default unchanged */
  readonly trigger?: Trigger;
  /** Input of its jobs; checked by the task's schema. @default unchanged */
  readonly input?: unknown;
  /** Its purpose. @default unchanged */
  readonly description?: string;
  /** Replaces its metadata. @default unchanged */
  readonly metadata?: Metadata;
}

/** A change to a stored schedule; undefined leaves it as it is. */
export type ScheduleEdit = (before: ScheduleRecord, facts: PlanningFacts) => ScheduleWrite | undefined;

/** The content of a record with some of it changed. */
export function edited(before: ScheduleRecord, change: Partial<ScheduleWrite>): ScheduleWrite {
  return { ...contentOf(before), ...change };
}

const fixedKeys = ["id", "paused", "conflictPolicy", "store"];

/** Checks a change to a schedule and turns it into an edit of the stored schedule. */
export async function editedSchedule(
  id: string,
  change: ScheduleEditOptions,
  environment: Environment,
  units: StoreUnits,
): Promise<ScheduleEdit> {
  const where = `schedule '${id}'`;
  const known = [...scheduleOptionKeys.filter((key) => !fixedKeys.includes(key)), "trigger"];
  refuseUnknownOptions(change, known, `the change of ${where}`);
  const { trigger, description, metadata, input: _, ...policies } = change;
  const zoned = trigger && zonedTrigger(trigger, environment.timeZone);
  const input = "input" in change ? await inputOf(id, change.input, environment, units) : undefined;
  const given = resolveSchedulePolicies(policies, where);
  return (before, facts) => {
    const merged = mergedPolicies(before.policies, given, policies);
    const concurrencyKey = policies.concurrencyKey ?? input?.concurrencyKey ?? merged.concurrencyKey;
    const rateKey = policies.rateKey ?? input?.rateKey ?? merged.rateKey;
    const schedule = edited(before, {
      policies: { ...merged, concurrencyKey, rateKey, ...input?.version },
      ...(description === undefined ? {} : { description: checkString(description, "description", where) }),
      ...(metadata === undefined ? {} : { metadata: checkMetadata(metadata, where) }),
      ...(input === undefined ? {} : { input: input.input }),
    });
    if (zoned) return withTrigger(before, schedule, zoned, facts);
    return before.status === "failed" || runsAgain(before, schedule)
      ? withNextFire(schedule, triggerFromJSON(before.trigger), facts)
      : schedule;
  };
}

async function inputOf(id: string, input: unknown, environment: Environment, units: StoreUnits) {
  const { record } = await units.schedule(id);
  const task = { name: record.taskName, code: environment.registry.find(record.taskName) };
  const version = task.code === undefined ? {} : { inputVersion: task.code.version };
  return { ...await encodeInput(task, input, environment), version };
}

/** The stored policies with those that the change names. */
function mergedPolicies(before: SchedulePolicies, given: SchedulePolicies, named: object): SchedulePolicies {
  const own = {
    coalesce: "coalesce",
    overlap: "overlap",
    jitter: "jitterMs",
    spread: "spreadMs",
    maxRuns: "maxRuns",
    maxRunningJobs: "maxRunningJobs",
  } as const;
  const changed = Object.entries(own).filter(([key]) => key in named).map(([, key]) => [key, given[key]]);
  return {
    ...before,
    ...Object.fromEntries(changed),
    overrides: { ...before.overrides, ...given.overrides },
  };
}
