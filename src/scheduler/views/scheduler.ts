import { leaseIsOver } from "../../model/decisions.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import type { SchedulerRole } from "../../model/states.ts";
import { durationOfMs } from "../../time/duration.ts";
import { instantOf } from "../../time/temporal.ts";

/** A scheduler that is registered with a store, as people and programs see it. */
export interface SchedulerInfo {
  readonly name: string;
  readonly role: SchedulerRole;
  /** Alias of the store that it is registered with. */
  readonly store: string;
  /** Number of this start of it, given by the store and never used again. */
  readonly incarnation: number;
  /** True while its lease holds; another scheduler takes over the work of one that is silent. */
  readonly alive: boolean;
  readonly startedAt: Temporal.Instant;
  /** Length of its lease. */
  readonly lease: Temporal.Duration;
  /** Instant at which its lease ends unless it is renewed. */
  readonly leaseUntil: Temporal.Instant;
  /** Number of jobs that it runs, by this store. */
  readonly runningJobs: number;
  /** Tags that it offers to jobs that demand them. */
  readonly tags: readonly string[];
  /** The tasks whose code it has, in their versions. */
  readonly tasks: readonly { readonly name: string; readonly version: number }[];
  readonly hostname: string;
  readonly pid: number;
}

/** A registered scheduler as people see it. */
export function schedulerView(
  record: SchedulerRecord,
  store: string,
  runningJobs: number,
  nowMs: number,
): SchedulerInfo {
  const { name, role, incarnation, tags, tasks, process, leaseMs, leaseUntilMs, startedAtMs } = record;
  return {
    name,
    role,
    store,
    incarnation,
    alive: !leaseIsOver({ leaseUntilMs, leaseMs, watchedMs: null }, nowMs),
    startedAt: instantOf(startedAtMs),
    lease: durationOfMs(leaseMs),
    leaseUntil: instantOf(leaseUntilMs),
    runningJobs,
    tags,
    tasks: tasks.map(({ name, version }) => ({ name, version })),
    hostname: process.hostname,
    pid: process.pid,
  };
}
