import type { JobRecord } from "../../model/job_record.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";

/** Number of schedules that are remembered as not counting from the ends of their runs. */
const REMEMBERED_MAX = 10_000;

/** Knows which schedules cannot count from the ends of their runs (fixed delay), so that such an end calls for no look. */
export class RunFollowers {
  readonly #independent = new Set<number>();

  /** True if a job's schedule may count from the ends of its runs, and must be looked at when one has ended. */
  mayFollow({ scheduleSeq }: JobRecord): boolean {
    return scheduleSeq !== null && !this.#independent.has(scheduleSeq);
  }

  /** Notes a schedule as it was read. */
  note({ seq, followsFinish }: Pick<ScheduleRecord, "seq" | "followsFinish">): void {
    if (followsFinish) return void this.#independent.delete(seq);
    if (this.#independent.size >= REMEMBERED_MAX) this.#independent.clear();
    this.#independent.add(seq);
  }

  /** Schedules may have been changed, here or by another process. */
  forget(): void {
    this.#independent.clear();
  }
}
