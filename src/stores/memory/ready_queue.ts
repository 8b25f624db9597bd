import { claimOrder } from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { SortedList } from "./sorted_list.ts";

/**
 * The ready jobs of one task, in one lane for all that wait for the same things: tags, schedule and key. Only the head
 * of each lane is looked at when jobs are taken: where it must wait, all behind it must too, however many they are.
 * Where jobs with a key must be taken in order of adding, that is the order of their lanes.
 */
export class ReadyQueue {
  readonly #lanes = new Map<string, SortedList<JobRecord>>();
  readonly #heads = new SortedList<JobRecord>(claimOrder);
  #fifo = false;

  /** Says whether jobs with a key must be taken in order of adding. */
  setFifo(fifo: boolean): void {
    if (fifo === this.#fifo) return;
    this.#fifo = fifo;
    const jobs = [...this.#lanes.values()].flatMap((lane) => [...lane]);
    for (const job of [...this.#heads]) this.#heads.delete(job);
    this.#lanes.clear();
    for (const job of jobs) this.add(job);
  }

  /** Puts a job into its lane. */
  add(job: JobRecord): void {
    const key = laneOf(job);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      const order = this.#fifo && job.concurrencyKey !== null ? addingOrder : claimOrder;
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

  /** The head to look at first; undefined when nothing is ready. */
  firstHead(): JobRecord | undefined {
    return this.#heads.first();
  }

  /** The next head in claim order after a job, whether that was taken or left. */
  headAfter(job: JobRecord): JobRecord | undefined {
    return this.#heads.after(job);
  }

  #replaceHead(before: JobRecord | undefined, now: JobRecord | undefined): void {
    if (before === now) return;
    if (before !== undefined) this.#heads.delete(before);
    if (now !== undefined) this.#heads.add(now);
  }
}

function addingOrder(a: JobRecord, b: JobRecord): number {
  return a.seq - b.seq;
}

/** What jobs of one task must have in common to wait for the same things. */
function laneOf({ tags, scheduleSeq, concurrencyKey }: JobRecord): string {
  if (tags.length === 0 && concurrencyKey === null) return scheduleSeq === null ? "" : `${scheduleSeq}`;
  return JSON.stringify([tags, scheduleSeq, concurrencyKey]);
}
