import assert from "node:assert/strict";
import type {
  JobEnding,
  JobFence,
  JobRecord,
  JobTransition,
  NewJob,
  StoredError,
} from "../../model/job_record.ts";
import type { ScheduleRecord, ScheduleWrite } from "../../model/schedule_record.ts";
import type { RunOverrides } from "../../model/settings.ts";
import type { JobState } from "../../model/states.ts";
import type { TaskClaim, TaskVersion } from "../../model/task_record.ts";
import type { DataStore } from "../../stores/data_store.ts";
import type { ClaimRequest } from "../../stores/job_store.ts";
import type { VirtualClock } from "../../time/virtual_clock.ts";
import {
  idsOf,
  newJob,
  schedulerWrite,
  scheduleWrite,
  TASK,
  taskWrite,
  versionOf,
  versionsOf,
} from "./records.ts";

/** The error that failing runs of these tests end with. */
export const failure: StoredError = { name: "TypeError", message: "no such user" };

/** The end of a run that succeeds. */
export const success: Extract<JobTransition, { to: "finished" }> = {
  to: "finished",
  outcome: "success",
  value: "json:1",
  error: null,
  keepMs: 1000,
};

/** Ways to make rows unreadable behind a store's back. */
export interface CorruptionHooks {
  /** Makes the row of a job unreadable. @default tests that need it are left out */
  readonly corruptJob?: (store: DataStore, id: string) => void | Promise<void>;
  /** Makes the row of a schedule unreadable. @default tests that need it are left out */
  readonly corruptSchedule?: (store: DataStore, id: string) => void | Promise<void>;
}

/** Which jobs a test claims: of tasks of the first version, where it gives only their names. */
export interface AskedJobs extends Partial<Pick<ClaimRequest, "limit" | "jobIds">> {
  /** @default [TASK] */
  readonly tasks?: readonly (string | TaskClaim)[];
}

/** One store under test, with the steps that tests are written in. */
export class StoreTest {
  readonly store: DataStore;
  readonly clock: VirtualClock;

  readonly #hooks: CorruptionHooks;

  constructor(store: DataStore, clock: VirtualClock, hooks: CorruptionHooks = {}) {
    this.store = store;
    this.clock = clock;
    this.#hooks = hooks;
  }

  /** The current time of the clock. */
  get nowMs(): number {
    return this.clock.nowMs();
  }

  /** Moves the clock forward. */
  pass(milliseconds: number): void {
    this.clock.jump(milliseconds);
  }

  /** Writes a task, by default without a limit. */
  async task(name = TASK, settings: RunOverrides = {}): Promise<void> {
    await this.store.putTasks([taskWrite(name, { maxRunningJobs: null, ...settings })]);
  }

  /** Registers a scheduler that has the code of these tasks; resolves to its incarnation. */
  async scheduler(
    tasks: readonly (string | TaskVersion)[] = [TASK],
    leaseMs?: number,
    tags?: readonly string[],
  ): Promise<number> {
    return (await this.store.registerScheduler(schedulerWrite(tasks, leaseMs, tags))).incarnation;
  }

  /** Adds a job. */
  async add(id: string, job: Partial<NewJob> = {}): Promise<void> {
    await this.store.addJobs([newJob(id, job)]);
  }

  /** Adds one job after the other. */
  async addAll(ids: readonly string[], job: Partial<NewJob> = {}): Promise<void> {
    for (const id of ids) await this.add(id, job);
  }

  /** Claims jobs, by default of {@linkcode TASK}. */
  async claim(incarnation: number, given: AskedJobs = {}): Promise<readonly JobRecord[]> {
    const { tasks = [TASK], ...request } = given;
    const asked = { incarnation, tasks: versionsOf(tasks), limit: 100, ...request };
    return (await this.store.claimJobs(asked)).claimed;
  }

  /** Claims until nothing more can be taken; each claim asks for at most `limit` jobs. */
  async claimAll(incarnation: number, given: AskedJobs = {}): Promise<readonly JobRecord[]> {
    const all: JobRecord[] = [];
    for (let more = true; more;) {
      const { tasks = [TASK], ...request } = given;
      const result = await this.store.claimJobs({
        incarnation,
        tasks: versionsOf(tasks),
        limit: 100,
        ...request,
      });
      all.push(...result.claimed);
      more = result.more;
    }
    return all;
  }

  /** Claims jobs and resolves to their ids. */
  async claimIds(incarnation: number, request: AskedJobs = {}): Promise<readonly string[]> {
    return idsOf(await this.claim(incarnation, request));
  }

  /** Adds one job of {@linkcode TASK} and claims it for a scheduler of its own. */
  async running(id: string, job: Partial<NewJob> = {}): Promise<JobRecord> {
    const incarnation = await this.scheduler([job.taskName ?? TASK]);
    await this.add(id, job);
    const claimed = await this.claim(incarnation, { tasks: [job.taskName ?? TASK], jobIds: [id] });
    return only(claimed);
  }

  /** Ends a run; resolves to whether the fence held. */
  async end(job: JobRecord, transition: JobTransition = success): Promise<boolean> {
    return only(await this.store.endJobs([ending(job, transition)]));
  }

  /** The stored job. */
  async job(id: string): Promise<JobRecord> {
    return only(await this.store.getJobs({ ids: [id] }));
  }

  /** The displayed state of a job. */
  async state(id: string): Promise<JobState> {
    return (await this.job(id)).state;
  }

  /** Writes a new schedule. */
  async addSchedule(id: string, schedule: Partial<ScheduleWrite> = {}): Promise<ScheduleRecord> {
    const puts = [{ expected: null, schedule: scheduleWrite(id, { anchorMs: this.nowMs, ...schedule }) }];
    return only(defined(await this.store.writeSchedules({ puts })));
  }

  /** Changes a schedule as it was last read. */
  async putSchedule(before: ScheduleRecord, change: Partial<ScheduleWrite>): Promise<ScheduleRecord> {
    const puts = [{ expected: versionOf(before), schedule: { ...contentOf(before), ...change } }];
    return only(defined(await this.store.writeSchedules({ puts })));
  }

  /** Removes a schedule as it was last read. */
  async removeSchedule(before: ScheduleRecord): Promise<void> {
    assert.deepEqual(await this.store.writeSchedules({ puts: [], removes: [versionOf(before)] }), []);
  }

  /** Makes the row of a job unreadable. */
  async corruptJob(id: string): Promise<void> {
    await this.#hooks.corruptJob?.(this.store, id);
  }

  /** Makes the row of a schedule unreadable. */
  async corruptSchedule(id: string): Promise<void> {
    await this.#hooks.corruptSchedule?.(this.store, id);
  }

  /** The schedule as stored. */
  async schedule(id: string): Promise<ScheduleRecord> {
    return only(await this.store.getSchedules({ ids: [id] }));
  }
}

/** The fence of a run. */
export function fenceOf(job: JobRecord): JobFence {
  return { seq: job.seq, incarnation: job.owner ?? -1, claimNumber: job.claimNumber };
}

/** A run's end. */
export function ending(job: JobRecord, transition: JobTransition = success): JobEnding {
  return { fence: fenceOf(job), transition, scheduleSeq: job.scheduleSeq };
}

/** A schedule's record without what the store gives it. */
export function contentOf(record: ScheduleRecord): ScheduleWrite {
  const {
    seq: _seq,
    version: _version,
    createdAtMs: _created,
    updatedAtMs: _updated,
    failedRuns: _failed,
    ...content
  } = record;
  return content;
}

/** The only item of a list. */
export function only<T>(items: readonly T[]): T {
  assert.equal(items.length, 1);
  return items[0] as T;
}

/** A value that must be there. */
export function defined<T>(value: T | undefined): T {
  assert.notEqual(value, undefined);
  return value as T;
}
