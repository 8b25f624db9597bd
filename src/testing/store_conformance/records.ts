import type { NewJob } from "../../model/job_record.ts";
import {
  type SchedulePolicies,
  type ScheduleRecord,
  type ScheduleVersion,
  type ScheduleWrite,
  zeroCounters,
} from "../../model/schedule_record.ts";
import type { SchedulerWrite } from "../../model/scheduler_record.ts";
import { defaultRunSettings, rowSettings, type RunOverrides } from "../../model/settings.ts";
import type { TaskClaim, TaskVersion, TaskWrite } from "../../model/task_record.ts";

/** The task that tests use where they need only one. */
export const TASK = "mail";

/** A task as code would define it. */
export function taskWrite(name: string, settings: RunOverrides = {}): TaskWrite {
  return {
    name,
    description: null,
    version: 1,
    settings: { ...defaultRunSettings, ...settings },
    metadata: {},
  };
}

/** A job to add, by default of {@linkcode TASK} and due at once. */
export function newJob(id: string, job: Partial<NewJob> = {}): NewJob {
  return {
    id,
    taskName: TASK,
    taskVersion: 1,
    scheduleSeq: null,
    scheduleId: null,
    fireTimeMs: null,
    runAtMs: null,
    ...rowSettings(defaultRunSettings),
    ageingMs: null,
    concurrencyKey: null,
    rateKey: null,
    input: null,
    overrides: {},
    metadata: {},
    startDeadlineMs: null,
    ...job,
  };
}

/** Policies that limit nothing by default. */
export function policies(given: Partial<SchedulePolicies> = {}): SchedulePolicies {
  return {
    coalesce: "latest",
    overlap: "allow",
    jitterMs: 0,
    spreadMs: 0,
    maxRuns: null,
    maxRunningJobs: null,
    concurrencyKey: null,
    rateKey: null,
    overrides: {},
    ...given,
  };
}

/** A schedule to write, by default active, of {@linkcode TASK}, and without a next fire time. */
export function scheduleWrite(id: string, schedule: Partial<ScheduleWrite> = {}): ScheduleWrite {
  return {
    id,
    generatedId: false,
    taskName: TASK,
    description: null,
    group: null,
    trigger: { kind: "interval", everyMs: 60_000 },
    formerTrigger: null,
    input: null,
    policies: policies(),
    metadata: {},
    paused: false,
    status: "active",
    error: null,
    anchorMs: 0,
    nextFireTimeMs: null,
    advancedAtMs: 0,
    lastFireTimeMs: null,
    lastFinishedMs: null,
    followsFinish: false,
    needsPlanning: false,
    counters: zeroCounters,
    ...schedule,
  };
}

/** The version that a write expects to find. */
export function versionOf({ id, seq, version }: ScheduleRecord): ScheduleVersion {
  return { id, seq, version };
}

/** A scheduler that is about to start, with the code of these tasks. */
export function schedulerWrite(
  tasks: readonly (string | TaskVersion)[],
  leaseMs = 30_000,
  tags: readonly string[] = [],
): SchedulerWrite {
  return {
    name: "test",
    role: "both",
    tasks: versionsOf(tasks),
    tags,
    process: { hostname: "host", pid: 1, bootId: null, pidNamespace: null, startedAt: null },
    leaseMs,
  };
}

/** Tasks with versions; a name alone means version 1. */
export function versionsOf(tasks: readonly (string | TaskClaim)[]): readonly TaskClaim[] {
  return tasks.map((task) => typeof task === "string" ? { name: task, version: 1 } : task);
}

/** The ids of records, in their order. */
export function idsOf(records: readonly { readonly id: string }[]): readonly string[] {
  return records.map(({ id }) => id);
}
