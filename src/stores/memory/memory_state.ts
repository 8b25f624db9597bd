import {
  type ChangeRecord,
  CHANGES_KEPT_MS,
  jobChange,
  type NewChange,
  scheduleChange,
  taskChanges,
} from "../../model/change_record.ts";
import { keyLimit, rateLimit } from "../../model/decisions.ts";
import type { JsonValue } from "../../model/payload.ts";
import { resolveRunSettings, type RunSettings } from "../../model/settings.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { isFailure } from "../../model/states.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import type { TaskRecord } from "../../model/task_record.ts";
import type { CalendarRecord } from "../schedule_store.ts";
import { CountedJobs } from "./counted_jobs.ts";
import { JobHistories } from "./job_history.ts";
import { JobTable } from "./job_table.ts";
import { ParentTable } from "./parent_table.ts";
import { storedCopy } from "./stored_copy.ts";
import { StartLog } from "./rates.ts";
import { ScheduleTable } from "./schedule_table.ts";
import type { ChangesAnswer, ChangesRequest } from "../change_store.ts";

/** A task without what is counted from the jobs. */
export type StoredTask = Omit<TaskRecord, "runningJobs">;

/** All that a memory store holds. Rows are frozen: a change replaces the row, so results can be the rows. */
export class MemoryState {
  readonly tasks = new Map<string, StoredTask>();
  readonly jobs = new JobTable();
  readonly parents = new ParentTable();
  readonly starts = new StartLog();
  readonly histories = new JobHistories();
  readonly counted = new CountedJobs();
  readonly schedules = new ScheduleTable();
  readonly changes = new ChangeLog();
  readonly schedulers = new Map<number, SchedulerRecord>();
  readonly calendars = new Map<string, CalendarRecord>();
  readonly facts = new Map<string, string>();
  #lastIncarnation = 0;
  #lastCalendarVersion = 0;
  #ended: number[] = [];

  /** Number of entries about jobs: none where there are no jobs, however many there were. */
  get jobEntries(): number {
    const { jobs, parents, starts, histories, counted } = this;
    return jobs.indexSize + parents.size + starts.size + histories.size + counted.size;
  }

  /** An incarnation never given before. */
  nextIncarnation(): number {
    return ++this.#lastIncarnation;
  }

  /** Writes or removes a calendar. Versions are never given twice, also not to a calendar that was removed. */
  putCalendar(name: string, definition: JsonValue | null): void {
    if (definition === null) return void this.calendars.delete(name);
    const copy = storedCopy({ name, definition });
    this.calendars.set(name, Object.freeze({ ...copy, version: ++this.#lastCalendarVersion }));
  }

  /** All calendars, by name. */
  getCalendars(): readonly CalendarRecord[] {
    return [...this.calendars.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Writes a task. */
  putTask(task: StoredTask, nowMs: number): void {
    this.changes.add(...taskChanges(this.tasks.get(task.name), task, nowMs));
    this.tasks.set(task.name, task);
    this.jobs.setFifo(task.name, keyLimit(task)?.fifo ?? false);
    this.jobs.taskChanged(task.name);
    if (rateLimit(task) === null) this.starts.forget(task.name);
  }

  /** Removes a task; returns whether there was one. */
  removeTask(name: string, nowMs: number): boolean {
    this.jobs.setFifo(name, false);
    this.starts.forget(name);
    const wasThere = this.tasks.delete(name);
    this.jobs.taskChanged(name);
    if (wasThere) this.changes.add({ atMs: nowMs, type: "taskRemoved", taskName: name });
    return wasThere;
  }

  /** Removes a schedule. */
  removeSchedule(schedule: ScheduleRecord, nowMs: number): void {
    this.schedules.delete(schedule);
    this.jobs.scheduleChanged(schedule.seq);
    this.changes.add(scheduleChange("scheduleRemoved", schedule, nowMs));
  }

  /** A task with what is counted. */
  task(name: string): TaskRecord | undefined {
    const task = this.tasks.get(name);
    if (task === undefined) return undefined;
    return Object.freeze({ ...task, runningJobs: this.jobs.ofTask(name)?.running ?? 0 });
  }

  /** The settings that hold for a job. */
  settingsOf(job: JobRecord): RunSettings {
    const task = this.tasks.get(job.taskName);
    return resolveRunSettings(job.overrides, task?.overrides, task?.settings);
  }

  /** Writes a job that has just finished, and on its schedule that it did. */
  finishJob(job: JobRecord, nowMs: number): JobRecord {
    const row = this.endParent(job);
    this.noteFinish(job, nowMs);
    return row;
  }

  /** Writes a job that has ended, for the end of the step to settle those that wait for it. */
  endParent(job: JobRecord): JobRecord {
    this.#ended.push(job.seq);
    return this.putFinished(job);
  }

  /** Writes a job that has ended. */
  putFinished(job: JobRecord): JobRecord {
    const before = this.jobs.get(job.seq) ?? job;
    const row = this.jobs.put(job);
    this.changes.add(jobChange(before, row));
    this.counted.add(row, this.tasks.get(job.taskName));
    return row;
  }

  /** The jobs that were ended since last asked. */
  takeEnded(): readonly number[] {
    const ended = this.#ended;
    if (ended.length > 0) this.#ended = [];
    return ended;
  }

  /** Deletes a job with its history. */
  deleteJob(job: JobRecord): void {
    this.jobs.delete(job);
    this.counted.delete(job);
    this.parents.delete(job);
    this.histories.delete(job);
  }

  /** Notes on a job's schedule that the job has ended; one that counts from there is planned anew. */
  noteFinish(job: JobRecord, nowMs: number): void {
    const schedule = job.scheduleSeq === null ? undefined : this.schedules.bySeq(job.scheduleSeq);
    if (schedule === undefined) return;
    const failed = job.state === "finished" && isFailure(job.outcome) ? 1 : 0;
    const noted = { ...schedule, lastFinishedMs: nowMs, failedRuns: schedule.failedRuns + failed };
    this.schedules.put(
      schedule.followsFinish
        ? { ...noted, needsPlanning: true, version: schedule.version + 1, updatedAtMs: nowMs }
        : noted,
    );
  }
}

/** Number of changes that are kept: there is no coming back to a memory that ended with its process. */
const KEPT_MAX = 10_000;

/** The changes of a memory store, oldest first. */
export class ChangeLog {
  #changes: ChangeRecord[] = [];
  #last = 0;

  /** Notes changes, in order. */
  add(...changes: readonly NewChange[]): void {
    for (const change of changes) this.#changes.push(Object.freeze({ seq: ++this.#last, ...change }));
    // Twice as many may gather, so that they are not moved each time.
    if (this.#changes.length > 2 * KEPT_MAX) this.#changes = this.#changes.slice(-KEPT_MAX);
  }

  /** The number of the last one; 0 where there was none. */
  get last(): number {
    return this.#last;
  }

  /** Forgets those after this one, of a step that is undone. */
  forgetAfter(last: number): void {
    if (last < this.#last) this.#changes.splice(last - this.#last);
    this.#last = last;
  }

  /** The result of `readChanges`. */
  read({ after, limit }: ChangesRequest): ChangesAnswer {
    const deletedUpTo = this.#last - this.#changes.length;
    const from = Math.max(0, after - deletedUpTo);
    return { changes: this.#changes.slice(from, from + limit), deletedUpTo, last: this.#last };
  }

  /** The result of `pruneChanges`. */
  prune(limit: number, nowMs: number): number {
    const looked = this.#changes.slice(0, Math.min(limit, this.#changes.length - 1));
    const isOld = ({ atMs }: ChangeRecord) => atMs <= nowMs - CHANGES_KEPT_MS;
    const young = looked.findIndex((change) => !isOld(change));
    const count = young === -1 ? looked.length : young;
    this.#changes.splice(0, count);
    return count;
  }
}
