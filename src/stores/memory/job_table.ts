import type { JobRecord } from "../../model/job_record.ts";
import { ReadyQueue } from "./ready_queue.ts";
import { SortedList } from "./sorted_list.ts";

/** The jobs of one task that a claim looks at. */
class TaskJobs {
  readonly ready = new ReadyQueue();
  readonly scheduled = new SortedList(byRunAt);
  readonly running = new Set<number>();
  readonly parked = new Set<number>();
  readonly keys = new Map<string, KeyJobs>();
  /** By the key of their identity, in order of adding. */
  readonly identities = new Map<string, SortedList<JobRecord>>();
}

/** The unfinished jobs of one task with one key. */
class KeyJobs {
  /** In order of adding. */
  readonly unfinished = new SortedList<JobRecord>(bySeq);
  readonly running = new Set<number>();
}

/** The jobs of one schedule. */
class ScheduleJobs {
  readonly all = new Set<number>();
  readonly unfinished = new Set<number>();
  readonly running = new Set<number>();
}

/** Something kept for each key, made when first needed and dropped when it holds nothing any more. */
function at<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}

/**
 * The jobs and their indexes. Every change goes through `put` and `delete`, which take the old row out of all
 * indexes and put the new one in, so that what is counted is always what is there.
 */
export class JobTable {
  readonly #rows = new Map<number, JobRecord>();
  readonly #seqs = new Map<string, number>();
  readonly #tasks = new Map<string, TaskJobs>();
  readonly #schedules = new Map<number, ScheduleJobs>();
  readonly #owned = new Map<number, Set<number>>();
  #lastSeq = 0;

  /** Jobs whose `runAt` is ahead, or was when last looked, earliest first. */
  readonly scheduled = new SortedList(byRunAt);
  /** Waiting jobs with a start deadline that still counts, earliest first. */
  readonly deadlines = new SortedList(byDeadline);
  /** Finished jobs that are not kept for ever, first to expire first. */
  readonly expiring = new SortedList(byExpiry);

  /** An identity never given before. */
  nextSeq(): number {
    return ++this.#lastSeq;
  }

  get(seq: number): JobRecord | undefined {
    return this.#rows.get(seq);
  }

  byId(id: string): JobRecord | undefined {
    const seq = this.#seqs.get(id);
    return seq === undefined ? undefined : this.#rows.get(seq);
  }

  /** All jobs in order of adding. */
  all(): IterableIterator<JobRecord> {
    return this.#rows.values();
  }

  /** The jobs of one task that a claim looks at; undefined when it never had one. */
  ofTask(taskName: string): TaskJobs | undefined {
    return this.#tasks.get(taskName);
  }

  /** The unfinished jobs of one task with one key; undefined when there is none. */
  ofKey(taskName: string, key: string): KeyJobs | undefined {
    return this.#tasks.get(taskName)?.keys.get(key);
  }

  /** The jobs of one task with the same key of their identity, in order of adding. */
  ofIdentity(taskName: string, key: string): Iterable<JobRecord> {
    return this.#tasks.get(taskName)?.identities.get(key) ?? [];
  }

  /** Says whether the jobs of a task with a key must be taken in order of adding. */
  setFifo(taskName: string, fifo: boolean): void {
    at(this.#tasks, taskName, () => new TaskJobs()).ready.setFifo(fifo);
  }

  /** The jobs of one schedule; undefined when it has none. */
  ofSchedule(scheduleSeq: number): ScheduleJobs | undefined {
    return this.#schedules.get(scheduleSeq);
  }

  /** What each incarnation runs. */
  get owned(): ReadonlyMap<number, ReadonlySet<number>> {
    return this.#owned;
  }

  /** Writes a row, new or over the one of the same `seq`. */
  put(job: JobRecord): JobRecord {
    const row = Object.freeze(job);
    const before = this.#rows.get(row.seq);
    if (before !== undefined) this.#unindex(before);
    this.#rows.set(row.seq, row);
    this.#seqs.set(row.id, row.seq);
    this.#index(row);
    return row;
  }

  /** Deletes a row. */
  delete(job: JobRecord): void {
    this.#unindex(job);
    this.#rows.delete(job.seq);
    this.#seqs.delete(job.id);
  }

  #index(job: JobRecord): void {
    const task = at(this.#tasks, job.taskName, () => new TaskJobs());
    if (job.state === "ready") task.ready.add(job);
    if (job.state === "parked") task.parked.add(job.seq);
    if (job.state === "scheduled") {
      task.scheduled.add(job);
      this.scheduled.add(job);
    }
    if (job.state === "running") {
      task.running.add(job.seq);
      at(this.#owned, job.owner as number, () => new Set()).add(job.seq);
    }
    if (hasDeadline(job)) this.deadlines.add(job);
    if (job.state === "finished" && job.expiresAtMs !== null) this.expiring.add(job);
    if (job.scheduleSeq !== null) this.#indexInSchedule(job, job.scheduleSeq);
    if (job.concurrencyKey !== null) indexByKey(task, job, job.concurrencyKey);
    if (job.identityKey !== null) {
      at(task.identities, job.identityKey, () => new SortedList<JobRecord>(bySeq)).add(job);
    }
  }

  #indexInSchedule(job: JobRecord, scheduleSeq: number): void {
    const schedule = at(this.#schedules, scheduleSeq, () => new ScheduleJobs());
    schedule.all.add(job.seq);
    if (job.state !== "finished") schedule.unfinished.add(job.seq);
    if (job.state === "running") schedule.running.add(job.seq);
  }

  #unindex(job: JobRecord): void {
    const task = this.#tasks.get(job.taskName) as TaskJobs;
    if (job.state === "ready") task.ready.delete(job);
    if (job.state === "parked") task.parked.delete(job.seq);
    if (job.state === "scheduled") {
      task.scheduled.delete(job);
      this.scheduled.delete(job);
    }
    if (job.state === "running") {
      task.running.delete(job.seq);
      const owned = this.#owned.get(job.owner as number);
      owned?.delete(job.seq);
      if (owned?.size === 0) this.#owned.delete(job.owner as number);
    }
    if (hasDeadline(job)) this.deadlines.delete(job);
    if (job.state === "finished" && job.expiresAtMs !== null) this.expiring.delete(job);
    if (job.scheduleSeq !== null) this.#unindexInSchedule(job, job.scheduleSeq);
    if (job.concurrencyKey !== null) unindexByKey(task, job, job.concurrencyKey);
    const identical = job.identityKey === null ? undefined : task.identities.get(job.identityKey);
    identical?.delete(job);
    if (identical?.size === 0) task.identities.delete(job.identityKey as string);
  }

  #unindexInSchedule(job: JobRecord, scheduleSeq: number): void {
    const schedule = this.#schedules.get(scheduleSeq);
    if (schedule === undefined) return;
    schedule.all.delete(job.seq);
    schedule.unfinished.delete(job.seq);
    schedule.running.delete(job.seq);
    if (schedule.all.size === 0) this.#schedules.delete(scheduleSeq);
  }
}

function indexByKey(task: TaskJobs, job: JobRecord, key: string): void {
  if (job.state === "finished") return;
  const jobs = at(task.keys, key, () => new KeyJobs());
  jobs.unfinished.add(job);
  if (job.state === "running") jobs.running.add(job.seq);
}

function unindexByKey(task: TaskJobs, job: JobRecord, key: string): void {
  const jobs = task.keys.get(key);
  if (jobs === undefined || job.state === "finished") return;
  jobs.unfinished.delete(job);
  jobs.running.delete(job.seq);
  if (jobs.unfinished.size === 0) task.keys.delete(key);
}

function hasDeadline(job: JobRecord): boolean {
  return job.startDeadlineMs !== null && job.attempt === 0 && job.state !== "finished";
}

function bySeq(a: JobRecord, b: JobRecord): number {
  return a.seq - b.seq;
}

function byRunAt(a: JobRecord, b: JobRecord): number {
  return a.runAtMs - b.runAtMs || a.seq - b.seq;
}

function byDeadline(a: JobRecord, b: JobRecord): number {
  return (a.startDeadlineMs as number) - (b.startDeadlineMs as number) || a.seq - b.seq;
}

function byExpiry(a: JobRecord, b: JobRecord): number {
  return (a.expiresAtMs as number) - (b.expiresAtMs as number) || a.seq - b.seq;
}
