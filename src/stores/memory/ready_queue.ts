import { claimOrder } from "../../model/decisions.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { SortedList } from "./sorted_list.ts";

/** The lane of jobs that belong to no schedule. */
const NO_SCHEDULE = 0;

/**
 * The ready jobs of one task, in one lane per schedule. Only the head of each lane is looked at when jobs are
 * taken: where it must wait for its schedule, all behind it must too, however many they are.
 */
export class ReadyQueue {
  readonly #lanes = new Map<number, SortedList<JobRecord>>();
  readonly #heads = new SortedList<JobRecord>(claimOrder);

  /** Puts a job into its lane. */
  add(job: JobRecord): void {
    const key = job.scheduleSeq ?? NO_SCHEDULE;
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, lane = new SortedList<JobRecord>(claimOrder));
    const head = lane.first();
    lane.add(job);
    this.#replaceHead(head, lane.first());
  }

  /** Takes a job out of its lane. */
  delete(job: JobRecord): void {
    const key = job.scheduleSeq ?? NO_SCHEDULE;
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
