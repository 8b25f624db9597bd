import { rankOrder } from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { SortedList } from "./sorted_list.ts";

/** A lane that can be set aside. */
export interface BlockedLane {
  /** The slot that it waits for, while it is. */
  closedFor: string | undefined;
  /** The queue that takes it up again. */
  readonly owner: { open(lane: BlockedLane): void };
}

/**
 * Lanes that are set aside because their first job must wait for a slot, by what they wait for. So a claim does not
 * look again and again at what has not changed.
 */
export class BlockedLanes {
  readonly #lanes = new Map<string, Set<BlockedLane>>();

  /** Number of different things that are waited for. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Sets a lane aside. */
  add(lane: BlockedLane, waitsFor: string): void {
    let lanes = this.#lanes.get(waitsFor);
    if (lanes === undefined) this.#lanes.set(waitsFor, lanes = new Set());
    lanes.add(lane);
    lane.closedFor = waitsFor;
  }

  /** Forgets a lane. */
  delete(lane: BlockedLane): void {
    if (lane.closedFor === undefined) return;
    const lanes = this.#lanes.get(lane.closedFor);
    lanes?.delete(lane);
    if (lanes?.size === 0) this.#lanes.delete(lane.closedFor);
    lane.closedFor = undefined;
  }

  /** Lets those be looked at again that wait for this. */
  open(waitedFor: string): void {
    if (this.#lanes.size === 0) return;
    for (const lane of this.#lanes.get(waitedFor) ?? []) lane.owner.open(lane);
  }
}

/** The slot that jobs wait for whose schedule has none left. */
export function slotOfSchedule(scheduleSeq: number): string {
  return `schedule ${scheduleSeq}`;
}

/** The slot that jobs wait for whose key has none left. */
export function slotOfKey({ taskName, concurrencyKey }: JobRecord): string {
  return `key ${JSON.stringify([taskName, concurrencyKey])}`;
}

/** Jobs of one task that wait for the same things: version, tags, ageing, schedule and keys. */
interface Lane extends BlockedLane {
  readonly key: string;
  readonly jobs: SortedList<JobRecord>;
  readonly queue: HeadQueue;
}

/** The heads of the lanes of one task with the same version, tags and ageing, but for those that are set aside. */
export interface HeadQueue {
  readonly key: string;
  readonly version: number;
  readonly tags: readonly string[];
  readonly heads: SortedList<JobRecord>;
  /** Number of its lanes, also of those set aside. */
  lanes: number;
}

/**
 * The ready jobs of one task, in one lane for all that wait for the same things. Only the head of each lane is looked
 * at when jobs are taken: where it must wait, all behind it must too, however many they are; then the lane is set aside
 * until what it waits for may have come free. Where jobs with a key must be taken in order of adding, that is the order
 * of their lanes. Jobs that age differently are in different queues, because their order changes with time.
 */
export class ReadyQueue {
  readonly #closed: BlockedLanes;
  readonly #lanes = new Map<string, Lane>();
  readonly #queues = new Map<string, HeadQueue>();
  #fifo = false;

  /** `closed` is where lanes are set aside. */
  constructor(closed: BlockedLanes) {
    this.#closed = closed;
  }

  /** True if jobs with a key must be taken in order of adding. */
  get isFifo(): boolean {
    return this.#fifo;
  }

  /** True if no job waits. */
  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** Where jobs are taken from. */
  get queues(): Iterable<HeadQueue> {
    return this.#queues.values();
  }

  /** Says whether jobs with a key must be taken in order of adding. */
  setFifo(fifo: boolean): void {
    if (fifo === this.#fifo) return;
    const jobs = [...this.#lanes.values()].flatMap((lane) => [...lane.jobs]);
    for (const job of jobs) this.delete(job);
    this.#fifo = fifo;
    for (const job of jobs) this.add(job);
  }

  /** Puts a job into its lane. */
  add(job: JobRecord): void {
    const key = laneOf(job);
    const lane = this.#lanes.get(key) ?? this.#makeLane(key, job);
    const head = lane.jobs.first();
    lane.jobs.add(job);
    this.#replaceHead(lane, head);
  }

  /** Takes a job out of its lane. */
  delete(job: JobRecord): void {
    const lane = this.#lanes.get(laneOf(job));
    if (lane === undefined) return;
    const head = lane.jobs.first();
    lane.jobs.delete(job);
    this.#replaceHead(lane, head);
    if (lane.jobs.size === 0) this.#dropLane(lane);
  }

  /** The first job of each lane, also of those that are set aside. */
  *heads(): Generator<JobRecord> {
    for (const { jobs } of this.#lanes.values()) yield jobs.first()!;
  }

  /** Sets the lane of a job aside, where it is its head, until what it waits for is opened. */
  close(head: JobRecord, waitsFor: string): void {
    const lane = this.#lanes.get(laneOf(head));
    if (lane === undefined || lane.closedFor !== undefined || lane.jobs.first() !== head) return;
    lane.queue.heads.delete(head);
    this.#closed.add(lane, waitsFor);
  }

  /** Lets a lane that was set aside be looked at again. */
  open(lane: Lane): void {
    this.#closed.delete(lane);
    const head = lane.jobs.first();
    if (head !== undefined) lane.queue.heads.add(head);
  }

  /** Lets all lanes be looked at again. */
  openAll(): void {
    for (const lane of this.#lanes.values()) if (lane.closedFor !== undefined) this.open(lane);
  }

  /** A lane with another head may be one that need not wait. */
  #replaceHead(lane: Lane, before: JobRecord | undefined): void {
    const now = lane.jobs.first();
    if (before === now) return;
    if (lane.closedFor !== undefined) return this.open(lane);
    if (before !== undefined) lane.queue.heads.delete(before);
    if (now !== undefined) lane.queue.heads.add(now);
  }

  #makeLane(key: string, job: JobRecord): Lane {
    const order = this.#fifo && job.concurrencyKey !== null ? addingOrder : rankOrder;
    const queue = this.#queueOf(job);
    queue.lanes++;
    const lane = { key, jobs: new SortedList<JobRecord>(order), queue, owner: this, closedFor: undefined };
    this.#lanes.set(key, lane);
    return lane;
  }

  #queueOf({ taskVersion: version, ageingMs, tags }: JobRecord): HeadQueue {
    const key = `${version} ${ageingMs} ${tags.length === 0 ? "" : JSON.stringify(tags)}`;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = { key, version, tags, heads: new SortedList<JobRecord>(rankOrder), lanes: 0 };
      this.#queues.set(key, queue);
    }
    return queue;
  }

  #dropLane({ key, queue }: Lane): void {
    this.#lanes.delete(key);
    queue.lanes--;
    if (queue.lanes === 0) this.#queues.delete(queue.key);
  }
}

function addingOrder(a: JobRecord, b: JobRecord): number {
  return a.seq - b.seq;
}

/** The key that jobs of one task have in common if they wait for the same things. */
function laneOf({ taskVersion, ageingMs, tags, scheduleSeq, concurrencyKey, rateKey }: JobRecord): string {
  const plain = `${taskVersion} ${ageingMs} ${scheduleSeq}`;
  if (tags.length === 0 && concurrencyKey === null && rateKey === null) return plain;
  return JSON.stringify([plain, tags, concurrencyKey, rateKey]);
}
