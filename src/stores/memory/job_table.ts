import type { JobRecord } from "../../model/job_record.ts";
import { holdsSchedule } from "../../model/decisions.ts";
import { BlockedLanes, ReadyQueue, slotOfKey, slotOfSchedule } from "./ready_queue.ts";
import { only, SortedList } from "./sorted_list.ts";
import { deepFreeze } from "./stored_copy.ts";

/** The jobs of one task that a claim looks at. */
class TaskJobs {
  readonly ready: ReadyQueue;
  readonly scheduled = new SortedList(byRunAt);
  readonly parked = new Set<number>();
  /** Number of those that run. */
  running = 0;
  readonly keys = new Map<string, KeyJobs>();
  /** By the key of their identity, in order of adding. */
  readonly identities = new Map<string, SortedList<JobRecord>>();

  constructor(closed: BlockedLanes) {
    this.ready = new ReadyQueue(closed);
  }

  /** True if it holds nothing and knows nothing of its task. */
  get isEmpty(): boolean {
    return this.ready.isEmpty && !this.ready.isFifo && this.running === 0 && this.parked.size === 0 &&
      this.scheduled.size === 0 && this.keys.size === 0 && this.identities.size === 0;
  }
}

/** The unfinished jobs of one task with one key. */
class KeyJobs {
  /** In order of adding. */
  readonly unfinished = new SortedList<JobRecord>(bySeq);
  /** Number of those that run. */
  running = 0;
}

/** The jobs of one schedule. */
class ScheduleJobs {
  readonly all = new Set<number>();
  /** Those that stand for a fire, by its time. */
  readonly fires = new SortedList<JobRecord, FireKey>(byFireTime);
  /** Number of those that keep the next one waiting. */
  unfinished = 0;
  /** Number of those that run. */
  running = 0;
}

/** Something kept for each key, made when first needed and dropped when it holds nothing any longer. */
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
  readonly #closed = new BlockedLanes();
  #lastSeq = 0;

  /** Jobs whose `runAt` is ahead, or was when last looked, earliest first. */
  readonly scheduled = new SortedList(byRunAt);
  /** Waiting jobs with a start deadline that still counts, earliest first. */
  readonly deadlines = new SortedList(byDeadline);
  /** Finished jobs that are not kept indefinitely, first to expire first. */
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

  /** All jobs, or those that come after one in the order, without going through those before it. */
  *inOrder(order: "newest" | "oldest", afterSeq?: number): Generator<JobRecord, void> {
    const from = order === "oldest"
      ? Math.max(afterSeq ?? 0, 0) + 1
      : Math.min(afterSeq ?? Infinity, this.#lastSeq + 1) - 1;
    const numbers = order === "oldest" ? this.#lastSeq - from + 1 : from;
    // Most numbers are jobs, unless many were deleted.
    if (numbers <= 4 * this.#rows.size) {
      const step = order === "oldest" ? 1 : -1;
      for (let seq = from; seq > 0 && seq <= this.#lastSeq; seq += step) {
        const job = this.#rows.get(seq);
        if (job !== undefined) yield job;
      }
    } else if (order === "oldest") {
      for (const job of this.#rows.values()) if (job.seq >= from) yield job;
    } else yield* [...this.#rows.values()].filter(({ seq }) => seq <= from).reverse();
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
    this.#task(taskName).ready.setFifo(fifo);
    this.#dropIfEmpty(taskName);
  }

  /** The limits of a task may have changed: all its jobs are looked at again. */
  taskChanged(taskName: string): void {
    this.#tasks.get(taskName)?.ready.openAll();
  }

  /** The limits of a schedule may have changed: its jobs are looked at again. */
  scheduleChanged(scheduleSeq: number): void {
    if (this.#closed.size > 0) this.#closed.open(slotOfSchedule(scheduleSeq));
  }

  /** Number of entries in all indexes, the rows themselves not counted: nothing where there are no rows. */
  get indexSize(): number {
    return this.#tasks.size + this.#schedules.size + this.#owned.size + this.#closed.size +
      this.scheduled.size + this.deadlines.size + this.expiring.size + this.#seqs.size;
  }

  /** The jobs of one schedule; undefined when it has none. */
  ofSchedule(scheduleSeq: number): ScheduleJobs | undefined {
    return this.#schedules.get(scheduleSeq);
  }

  /** The jobs that each incarnation runs. */
  get owned(): ReadonlyMap<number, ReadonlySet<number>> {
    return this.#owned;
  }

  /** Writes a row, new or over the one of the same `seq`. */
  put(job: JobRecord): JobRecord {
    const row = Object.freeze(job);
    if (row.error !== null) deepFreeze(row.error);
    const before = this.#rows.get(row.seq);
    this.#rows.set(row.seq, row);
    if (before === undefined) this.#seqs.set(row.id, row.seq);
    this.#reindex(this.#task(row.taskName), before, row);
    return row;
  }

  /** Deletes a row, whatever has become of it since it was read. */
  delete({ seq }: JobRecord): void {
    const job = this.#rows.get(seq);
    if (job === undefined) return;
    this.#reindex(this.#task(job.taskName), job, undefined);
    this.#rows.delete(job.seq);
    this.#seqs.delete(job.id);
    this.#dropIfEmpty(job.taskName);
  }

  #task(taskName: string): TaskJobs {
    return at(this.#tasks, taskName, () => new TaskJobs(this.#closed));
  }

  #dropIfEmpty(taskName: string): void {
    if (this.#tasks.get(taskName)?.isEmpty) this.#tasks.delete(taskName);
  }

  /** A job keeps its task, its schedule and the key of its identity; all else may change. */
  #reindex(task: TaskJobs, before: JobRecord | undefined, after: JobRecord | undefined): void {
    const { scheduleSeq, identityKey } = (after ?? before) as JobRecord;
    this.#reindexState(task, before, after);
    this.deadlines.replace(only(hasDeadline, before), only(hasDeadline, after));
    this.expiring.replace(only(expires, before), only(expires, after));
    if (scheduleSeq !== null) this.#reindexInSchedule(scheduleSeq, before, after);
    if (before !== undefined && before.concurrencyKey !== null) {
      unindexByKey(task, before, before.concurrencyKey);
      this.#keyMayBeFree(task, before);
    }
    if (after !== undefined && after.concurrencyKey !== null) indexByKey(task, after, after.concurrencyKey);
    if (identityKey === null) return;
    const identical = at(task.identities, identityKey, () => new SortedList<JobRecord>(bySeq));
    identical.replace(before, after);
    if (identical.size === 0) task.identities.delete(identityKey);
  }

  #reindexState(task: TaskJobs, before: JobRecord | undefined, after: JobRecord | undefined): void {
    if (before?.state === "ready") task.ready.delete(before);
    if (after?.state === "ready") task.ready.add(after);
    if (before?.state === "parked") task.parked.delete(before.seq);
    if (after?.state === "parked") task.parked.add(after.seq);
    task.scheduled.replace(only(isScheduled, before), only(isScheduled, after));
    this.scheduled.replace(only(isScheduled, before), only(isScheduled, after));
    if (before?.state === "running") {
      task.running--;
      const owned = this.#owned.get(before.owner as number);
      owned?.delete(before.seq);
      if (owned?.size === 0) this.#owned.delete(before.owner as number);
    }
    if (after?.state === "running") {
      task.running++;
      at(this.#owned, after.owner as number, () => new Set()).add(after.seq);
    }
  }

  #reindexInSchedule(
    scheduleSeq: number,
    before: JobRecord | undefined,
    after: JobRecord | undefined,
  ): void {
    const schedule = at(this.#schedules, scheduleSeq, () => new ScheduleJobs());
    const { seq } = (after ?? before) as JobRecord;
    if (before === undefined) schedule.all.add(seq);
    if (after === undefined) schedule.all.delete(seq);
    schedule.fires.replace(only(standsForFire, before), only(standsForFire, after));
    schedule.unfinished += count(holdsSchedule, after) - count(holdsSchedule, before);
    schedule.running += count(isRunning, after) - count(isRunning, before);
    if (count(isRunning, before) > count(isRunning, after)) this.scheduleChanged(scheduleSeq);
    if (schedule.all.size === 0) this.#schedules.delete(scheduleSeq);
  }

  /** A run that has ended gives its slot back; where jobs are taken in turn, any that goes makes room for the next. */
  #keyMayBeFree(task: TaskJobs, job: JobRecord): void {
    if (this.#closed.size === 0 || (job.state !== "running" && !task.ready.isFifo)) return;
    this.#closed.open(slotOfKey(job));
  }
}

function indexByKey(task: TaskJobs, job: JobRecord, key: string): void {
  if (job.state === "finished") return;
  const jobs = at(task.keys, key, () => new KeyJobs());
  jobs.unfinished.add(job);
  if (job.state === "running") jobs.running++;
}

function unindexByKey(task: TaskJobs, job: JobRecord, key: string): void {
  const jobs = task.keys.get(key);
  if (jobs === undefined || job.state === "finished") return;
  jobs.unfinished.delete(job);
  if (job.state === "running") jobs.running--;
  if (jobs.unfinished.size === 0) task.keys.delete(key);
}

function count(holds: (job: JobRecord) => boolean, job: JobRecord | undefined): 0 | 1 {
  return job !== undefined && holds(job) ? 1 : 0;
}

function isRunning(job: JobRecord): boolean {
  return job.state === "running";
}

function standsForFire(job: JobRecord): boolean {
  return job.fireTimeMs !== null;
}

function isScheduled(job: JobRecord): boolean {
  return job.state === "scheduled";
}

function expires(job: JobRecord): boolean {
  return job.state === "finished" && job.expiresAtMs !== null;
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

type FireKey = Pick<JobRecord, "fireTimeMs" | "seq">;

function byFireTime(a: FireKey, b: FireKey): number {
  return (a.fireTimeMs as number) - (b.fireTimeMs as number) || a.seq - b.seq;
}

function byDeadline(a: JobRecord, b: JobRecord): number {
  return (a.startDeadlineMs as number) - (b.startDeadlineMs as number) || a.seq - b.seq;
}

function byExpiry(a: JobRecord, b: JobRecord): number {
  return (a.expiresAtMs as number) - (b.expiresAtMs as number) || a.seq - b.seq;
}
