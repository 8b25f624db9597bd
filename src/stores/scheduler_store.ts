import type { JobEnding } from "../model/job_record.ts";
import type { TaskVersion } from "../model/task_record.ts";
import type { SchedulerRecord, SchedulerWrite } from "../model/scheduler_record.ts";

/** Schedulers, their leases and their work. */
export interface SchedulerStore {
  /**
   * Registers a start. Parked jobs of its tasks, of no newer version, become ready: its code may be able to run them.
   */
  registerScheduler(
    scheduler: SchedulerWrite,
  ): Promise<{ readonly incarnation: number; readonly nowMs: number }>;
  /**
   * Replaces the tasks that a registered scheduler knows. Parked jobs of the `added` ones become ready, as when it is
   * registered.
   */
  updateSchedulerTasks(
    incarnation: number,
    tasks: readonly TaskVersion[],
    added: readonly TaskVersion[],
  ): Promise<void>;
  /** Renews the lease, `leaseMs` from now, and resolves to how the store sees this scheduler. */
  heartbeat(incarnation: number, leaseMs: number): Promise<HeartbeatAnswer>;
  /** Removes a scheduler that has stopped; its running jobs, if any are left, are left to `takeOver`. */
  unregisterScheduler(incarnation: number): Promise<void>;
  /** All registered schedulers, by incarnation. */
  getSchedulers(): Promise<readonly SchedulerRecord[]>;
  /**
   * Takes the work of a scheduler that is gone: if its lease still ends when it was seen to, its record goes
   * and its jobs end as given, in one step. Returns for each ending whether its fence held, or undefined when
   * the scheduler was alive after all. An incarnation without a record (its record was lost) counts as gone.
   */
  takeOver(
    incarnation: number,
    seenLeaseUntilMs: number | null,
    endings: readonly JobEnding[],
  ): Promise<readonly boolean[] | undefined>;
  /** Incarnations that own running jobs but have no record, in order; empty in a sound store. */
  getOrphanedIncarnations(): Promise<readonly number[]>;
}

/** The result of `heartbeat`. */
export interface HeartbeatAnswer {
  readonly nowMs: number;
  /** False when this scheduler was taken over: it must abort what it runs and register anew. */
  readonly alive: boolean;
  /** The jobs the store says it runs, in order of adding. */
  readonly owned: readonly {
    readonly seq: number;
    readonly id: string;
    readonly claimNumber: number;
    readonly cancelRequested: string | null;
  }[];
  /** The other registered schedulers. */
  readonly others: readonly SchedulerRecord[];
}
