import { rankOrder } from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { SortedList } from "./sorted_list.ts";

/**
 * The ready jobs of one task, in one lane for all that wait for the same things: version, tags, schedule and keys. Only
 * the head of each lane is looked at when jobs are taken: where it must wait, all behind it must too, however many they
 * are. Where jobs with a key must be taken in order of adding, that is the order of their lanes. Jobs that age
 * differently are in different lanes, because their order changes with time.
 */
export class ReadyQueue {
  readonly #lanes = new Map<string, SortedList<JobRecord>>();
  /** By ageing. */
  readonly #heads = new Map<number | null, SortedList<JobRecord>>();
  #fifo = false;

  /** Says whether jobs with a key must be taken in order of adding. */
  setFifo(fifo: boolean): void {
    if (fifo === this.#fifo) return;
    this.#fifo = fifo;
    const jobs = [...this.#lanes.values()].flatMap((lane) => [...lane]);
    this.#heads.clear();
    this.#lanes.clear();
    for (const job of jobs) this.add(job);
  }

  /** Whether no job waits. */
  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** Puts a job into its lane. */
  add(job: JobRecord): void {
    const key = laneOf(job);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      const order = this.#fifo && job.concurrencyKey !== null ? addingOrder : rankOrder;
      this.#lanes.set(key, lane = new SortedList<JobRecord>(order));
    }
    const head = lane.first();
    lane.add(job);
    this.#replaceHead(head, lane.first());
  }

  /** Takes a job out of its lane. */
  delete(job: JobRecord): void {
    const key = laneOf(job);
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    const head = lane.first();
    lane.delete(job);
    this.#replaceHead(head, lane.first());
    if (lane.size === 0) this.#lanes.delete(key);
  }

  /** The heads to look at first: one for each ageing. */
  firstHeads(): readonly JobRecord[] {
    return [...this.#heads.values()].map((heads) => heads.first()).filter((head) => head !== undefined);
  }

  /** The head of each lane. */
  *heads(): Generator<JobRecord> {
    for (const heads of this.#heads.values()) yield* heads;
  }

  /** The next head in claim order after a job among those that age alike, whether that job was taken or left. */
  headAfter(job: JobRecord): JobRecord | undefined {
    return this.#heads.get(job.ageingMs)?.after(job);
  }

  #replaceHead(before: JobRecord | undefined, now: JobRecord | undefined): void {
    if (before === now) return;
    const { ageingMs } = (before ?? now) as JobRecord;
    const heads = this.#heads.get(ageingMs) ?? new SortedList<JobRecord>(rankOrder);
    if (before !== undefined) heads.delete(before);
    if (now !== undefined) heads.add(now);
    if (heads.size > 0) this.#heads.set(ageingMs, heads);
    else this.#heads.delete(ageingMs);
  }
}

function addingOrder(a: JobRecord, b: JobRecord): number {
  return a.seq - b.seq;
}

/** What jobs of one task must have in common to wait for the same things. */
function laneOf({ taskVersion, ageingMs, tags, scheduleSeq, concurrencyKey, rateKey }: JobRecord): string {
  const plain = `${taskVersion} ${ageingMs} ${scheduleSeq}`;
  if (tags.length === 0 && concurrencyKey === null && rateKey === null) return plain;
  return JSON.stringify([plain, tags, concurrencyKey, rateKey]);
}
