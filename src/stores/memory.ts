import { CarillonError } from "../errors.ts";
import type { LogBatch } from "../model/job_history.ts";
import type { JobEnding, JobFence, JobProgress, NewJob } from "../model/job_record.ts";
import type { JsonValue } from "../model/payload.ts";
import type { SchedulerWrite } from "../model/scheduler_record.ts";
import type { TaskVersion, TaskWrite } from "../model/task_record.ts";
import type { Clock } from "../time/clock.ts";
import type { ChangesRequest } from "./change_store.ts";
import type { DataStore, StoreCapabilities, StoreContext } from "./data_store.ts";
import type { AddClaim, CancelRequest, ClaimRequest, JobChange, JobFilter, JobPlace } from "./job_store.ts";
import { addJobs } from "./memory/add_jobs.ts";
import { cancelJobs, removeJobs, retryJobs, updateJob } from "./memory/change_jobs.ts";
import { advanceSchedules, replanSchedules, writeSchedules } from "./memory/change_schedules.ts";
import { claimJobs } from "./memory/claim_jobs.ts";
import { endJobs, putProgress } from "./memory/end_jobs.ts";
import { countJobs, getJobs, getParents } from "./memory/find_jobs.ts";
import { dueSchedules, getFireTimes, getSchedules } from "./memory/find_schedules.ts";
import { getAttempts, getLogs, putLogs } from "./memory/job_history.ts";
import { MemoryState } from "./memory/memory_state.ts";
import { rateUse } from "./memory/rates.ts";
import { prune } from "./memory/prune.ts";
import { getTasks, putTasks, updateTask } from "./memory/put_tasks.ts";
import {
  getOrphanedIncarnations,
  getSchedulers,
  heartbeat,
  registerScheduler,
  takeOver,
  updateSchedulerTasks,
} from "./memory/register_scheduler.ts";
import type { ScheduleAdvance, ScheduleChange, ScheduleFilter } from "./schedule_store.ts";
import type { TaskChange } from "./task_store.ts";

/**
 * A data store in the memory of this process: nothing to set up, nothing left when the process ends. What a
 * scheduler uses when it is given no store; several schedulers of one process can share it.
 *
 * Time is the clock of the scheduler that opens it. Its contents stay when it is closed and opened again.
 *
 * @example
 * ```ts
 * import { memory, Scheduler } from "carillon";
 *
 * const store = memory();
 * await using first = new Scheduler({ store });
 * await using second = new Scheduler({ store, role: "worker" });
 * ```
 */
export function memory(): DataStore {
  return new MemoryStore();
}

/** Each method is one synchronous step over the state: nothing can come between. */
class MemoryStore implements DataStore {
  readonly kind = "memory";
  readonly location = "memory";
  readonly capabilities: StoreCapabilities = { durable: false, shared: false };
  readonly #state = new MemoryState();
  readonly #listeners = new Set<() => void>();
  #clock: Clock | undefined;
  #opens = 0;
  #calling = false;

  open({ clock }: StoreContext): Promise<void> {
    this.#clock ??= clock;
    this.#opens++;
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (this.#opens > 0) this.#opens--;
    if (this.#opens === 0) this.#clock = undefined;
    return Promise.resolve();
  }

  nowMs = () => this.#read((_state, nowMs) => nowMs);

  watch(listener: () => void): () => void {
    // A listener of its own for each call, so that one given twice is also taken back twice.
    const own = () => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  within(): Promise<never> {
    return Promise.reject(
      new CarillonError(
        "invalidOption",
        "The memory store cannot take part in a transaction: it is no database; use libsql() for that",
        { details: { option: "transaction" } },
      ),
    );
  }

  prune = (limit: number) => this.#read((state, nowMs) => prune(state, limit, nowMs));

  readChanges = (request: ChangesRequest) => this.#read((state) => state.changes.read(request));
  pruneChanges = (limit: number) => this.#read((state, nowMs) => state.changes.prune(limit, nowMs));

  putTasks = (tasks: readonly TaskWrite[]) => this.#write((state, nowMs) => putTasks(state, tasks, nowMs));
  getTasks = (names?: readonly string[]) => this.#read((state) => getTasks(state, names));
  updateTask = (name: string, change: TaskChange) =>
    this.#write((state, nowMs) => updateTask(state, name, change, nowMs));
  removeTask = (name: string) => this.#write((state, nowMs) => state.removeTask(name, nowMs));
  getRateUse = (taskName: string, rateKey: string | null) =>
    this.#read((state, nowMs) => rateUse(state, { taskName, rateKey }, nowMs));

  getSchedules = (filter: ScheduleFilter) => this.#read((state) => getSchedules(state, filter));
  writeSchedules = (change: ScheduleChange) =>
    this.#write((state, nowMs) => writeSchedules(state, change, nowMs));
  dueSchedules = (limit: number) => this.#read((state, nowMs) => dueSchedules(state, limit, nowMs));
  advanceSchedules = (advances: readonly ScheduleAdvance[]) =>
    this.#write((state, nowMs) => advanceSchedules(state, advances, nowMs));
  getFireTimes = (scheduleSeq: number, fireTimesMs: readonly number[]) =>
    this.#read((state) => getFireTimes(state, scheduleSeq, fireTimesMs));
  replanSchedules = (scheduleIds?: readonly string[]) =>
    this.#write((state, nowMs) => replanSchedules(state, scheduleIds, nowMs));

  addJobs = (jobs: readonly NewJob[], claim?: AddClaim) =>
    this.#write((state, nowMs) => addJobs(state, jobs, claim, nowMs));
  claimJobs = (request: ClaimRequest, ends: readonly JobEnding[] = []) => {
    const step = (state: MemoryState, nowMs: number) => {
      const held = this.#endJobs(state, ends, nowMs);
      return { ...claimJobs(state, request, nowMs), held };
    };
    return ends.length === 0 ? this.#read(step) : this.#write(step);
  };
  endJobs = (endings: readonly JobEnding[]) =>
    this.#write((state, nowMs) => this.#endJobs(state, endings, nowMs));
  putProgress = (notes: readonly { readonly fence: JobFence; readonly progress: JobProgress }[]) =>
    this.#read((state) => putProgress(state, notes));
  getJobs = (filter: JobFilter) => this.#read((state, nowMs) => getJobs(state, filter, nowMs));
  getParents = (jobId: string) => this.#read((state, nowMs) => getParents(state, jobId, nowMs));
  countJobs = (filter: JobPlace) => this.#read((state, nowMs) => countJobs(state, filter, nowMs));
  cancelJobs = (ids: readonly string[], cancel: CancelRequest) =>
    this.#write((state, nowMs) => cancelJobs(state, ids, cancel, nowMs));
  updateJob = (id: string, change: JobChange) =>
    this.#write((state, nowMs) => updateJob(state, id, change, nowMs));
  retryJobs = (ids: readonly string[]) => this.#write((state, nowMs) => retryJobs(state, ids, nowMs));
  removeJobs = (ids: readonly string[]) => this.#write((state, nowMs) => removeJobs(state, ids, nowMs));

  getAttempts = (jobId: string) => this.#read((state) => getAttempts(state, jobId));
  putLogs = (batches: readonly LogBatch[]) => this.#read((state) => putLogs(state, batches));
  getLogs = (jobId: string) => this.#read((state) => getLogs(state, jobId));

  registerScheduler = (scheduler: SchedulerWrite) =>
    this.#write((state, nowMs) => registerScheduler(state, scheduler, nowMs));
  updateSchedulerTasks = (
    incarnation: number,
    tasks: readonly TaskVersion[],
    added: readonly TaskVersion[],
  ) => this.#write((state) => updateSchedulerTasks(state, incarnation, tasks, added));
  heartbeat = (incarnation: number, leaseMs: number) =>
    this.#read((state, nowMs) => heartbeat(state, incarnation, leaseMs, nowMs));
  unregisterScheduler = (incarnation: number) =>
    this.#write((state) => void state.schedulers.delete(incarnation));
  getSchedulers = () => this.#read(getSchedulers);
  takeOver = (
    incarnation: number,
    seenLeaseUntilMs: number | null,
    endings: readonly JobEnding[],
  ) => this.#write((state, nowMs) => takeOver(state, incarnation, seenLeaseUntilMs, endings, nowMs));
  getOrphanedIncarnations = () => this.#read(getOrphanedIncarnations);

  putCalendar = (name: string, definition: JsonValue | null) =>
    this.#write((state) => state.putCalendar(name, definition));
  getCalendars = () => this.#read((state) => state.getCalendars());
  getFact = (key: string) => this.#read((state) => state.facts.get(key));
  putFact = (key: string, value: string) => this.#read((state) => void state.facts.set(key, value));

  #endJobs(state: MemoryState, endings: readonly JobEnding[], nowMs: number): readonly boolean[] {
    return endJobs(state, endings, nowMs, () => this.#callListeners());
  }

  /** Runs a step that makes no work for others. */
  #read<Answer>(step: (state: MemoryState, nowMs: number) => Answer): Promise<Answer> {
    try {
      return Promise.resolve(this.#run(step));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Runs a step that can make work for others, and calls their listeners. */
  #write<Answer>(step: (state: MemoryState, nowMs: number) => Answer): Promise<Answer> {
    const answer = this.#read(step);
    if (this.#opens > 1) void answer.then(() => this.#callListeners(), () => {});
    return answer;
  }

  #run<Answer>(step: (state: MemoryState, nowMs: number) => Answer): Answer {
    if (this.#clock === undefined) {
      throw new CarillonError("storeClosed", "The memory store is not open: call open() first");
    }
    return step(this.#state, this.#clock.nowMs());
  }

  #callListeners(): void {
    if (this.#calling) return;
    this.#calling = true;
    queueMicrotask(() => {
      this.#calling = false;
      for (const listener of this.#listeners) listener();
    });
  }
}
