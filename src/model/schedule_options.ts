/** The options of a schedule beside its task and trigger, and their stored form. */
import type { DurationInput } from "../time/duration.ts";
import { checkConcurrencyKey, checkRateKey } from "./limit_options.ts";
import * as check from "./option_checks.ts";
import type { Metadata } from "./payload.ts";
import type { SchedulePolicies } from "./schedule_record.ts";
import {
  coalescePolicies,
  type CoalescePolicy,
  conflictPolicies,
  type ConflictPolicy,
  overlapPolicies,
  type OverlapPolicy,
} from "./states.ts";
import { refuseCounts } from "./retention_options.ts";
import { resolveRunOptions, runOptionKeys, type RunOptions } from "./task_options.ts";

/** The policies by which a schedule turns its fires into jobs. */
export interface SchedulePolicyOptions extends RunOptions {
  /** The fires owed at once that become jobs. @default "latest" */
  readonly coalesce?: CoalescePolicy;
  /**
   * The policy for a fire while this schedule's previous job is not finished.
   * @default "queueOne"; with `coalesce: "all"`, which wants every fire, "queue"
   */
  readonly overlap?: OverlapPolicy;
  /** The largest lateness of a fire that still becomes a job; null is any. @default null */
  readonly misfireGraceTime?: DurationInput | null;
  /** Each job starts by a random part of this later. @default none */
  readonly jitter?: DurationInput;
  /** Each job starts by a part of this later that depends on the schedule's id alone. @default none */
  readonly spread?: DurationInput;
  /** The number of fires that became jobs after which the schedule is finished; null is no limit. @default null */
  readonly maxRuns?: number | null;
  /** The limit of this schedule's jobs that run at once; null is no limit. @default null */
  readonly maxRunningJobs?: number | null;
  /**
   * The key by which its jobs share slots with others of their task. @default the result of the task's
   * `concurrency.key`
   */
  readonly concurrencyKey?: string;
  /** The key that the starts of its jobs count for. @default the result of the task's `rateLimit.key` */
  readonly rateKey?: string;
}

/** The options of a schedule but its input. */
export interface ScheduleSettings extends SchedulePolicyOptions {
  /** Its id. @default a generated one; for a declared schedule the task's name */
  readonly id?: string;
  /** A description for people. @default none */
  readonly description?: string;
  /** JSON values for your own purposes; its jobs carry them too. @default {} */
  readonly metadata?: Metadata;
  /** Stored, but not firing until it is resumed. @default false */
  readonly paused?: boolean;
  /** The policy when the id is taken. @default "replace" */
  readonly conflictPolicy?: ConflictPolicy;
  /** Alias of the store, where the scheduler has several. @default "main" */
  readonly store?: string;
}

/** The input of a schedule: demanded exactly when the task's function demands one. */
export type InputOption<In> = 0 extends 1 & In ? { readonly input?: In }
  : [In] extends [undefined | void] ? { readonly input?: undefined }
  : undefined extends In ? { readonly input?: In }
  : { readonly input: In };

/** The options of a schedule of a task that takes `In`. */
export type ScheduleOptions<In = unknown> = ScheduleSettings & InputOption<In>;

/** The last argument of a call that adds a schedule: only optional when the task needs no input. */
export type ScheduleArgs<In> = undefined extends In ? [options?: ScheduleOptions<In>]
  : [In] extends [undefined | void] ? [options?: ScheduleOptions<In>]
  : [options: ScheduleOptions<In>];

const policyKeys = [
  ...runOptionKeys,
  "coalesce",
  "overlap",
  "misfireGraceTime",
  "jitter",
  "spread",
  "maxRuns",
  "maxRunningJobs",
  "concurrencyKey",
  "rateKey",
] as const satisfies readonly (keyof SchedulePolicyOptions)[];

/** The keys of {@linkcode ScheduleOptions}. */
export const scheduleOptionKeys = [
  ...policyKeys,
  "id",
  "input",
  "description",
  "metadata",
  "paused",
  "conflictPolicy",
  "store",
] as const;

/**
 * Checks the policies of a schedule and returns their stored form, complete. Other keys are left alone. `where`
 * names the place in errors.
 *
 * Throws `invalidOption`.
 */
export function resolveSchedulePolicies(options: SchedulePolicyOptions, where: string): SchedulePolicies {
  const { coalesce = "latest", jitter, spread, maxRuns = null } = options;
  const { overlap = coalesce === "all" ? "queue" : "queueOne" } = options;
  const { maxRunningJobs = null, concurrencyKey, rateKey, ...runOptions } = options;
  return {
    coalesce: check.checkChoice(coalesce, "coalesce", where, coalescePolicies),
    overlap: check.checkChoice(overlap, "overlap", where, overlapPolicies),
    jitterMs: optionalDuration(jitter, "jitter", where),
    spreadMs: optionalDuration(spread, "spread", where),
    maxRuns: check.checkLimit(maxRuns, "maxRuns", where),
    maxRunningJobs: check.checkLimit(maxRunningJobs, "maxRunningJobs", where),
    concurrencyKey: concurrencyKey === undefined ? null : checkConcurrencyKey(concurrencyKey, where),
    rateKey: rateKey === undefined ? null : checkRateKey(rateKey, where),
    overrides: resolveRunOptions(runOptions, where, refuseCounts),
  };
}

/** The checked options of a schedule; its input is left to the task's schema. */
export interface ResolvedScheduleOptions {
  readonly id: string | undefined;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly paused: boolean;
  readonly conflictPolicy: ConflictPolicy;
  readonly store: string | undefined;
  readonly input: unknown;
  readonly policies: SchedulePolicies;
}

/** Checks all options of a schedule, also for keys that mean nothing. Throws `invalidOption`. */
export function resolveScheduleOptions(options: ScheduleSettings, where: string): ResolvedScheduleOptions {
  check.refuseUnknownOptions(options, scheduleOptionKeys, where);
  const { id, description, metadata, paused = false, conflictPolicy = "replace", store } = options;
  return {
    id: id === undefined ? undefined : check.checkName(id, "id", where),
    description: description === undefined ? null : check.checkString(description, "description", where),
    metadata: metadata === undefined ? {} : check.checkMetadata(metadata, where),
    paused: check.checkBoolean(paused, "paused", where),
    conflictPolicy: check.checkChoice(conflictPolicy, "conflictPolicy", where, conflictPolicies),
    store: store === undefined ? undefined : check.checkName(store, "store", where),
    input: (options as { readonly input?: unknown }).input,
    policies: resolveSchedulePolicies(options, where),
  };
}

function optionalDuration(value: unknown, option: string, where: string): number {
  return value === undefined ? 0 : check.checkDuration(value, option, where);
}
