import type { ScheduleRecord, ScheduleWrite } from "../../src/model/schedule_record.ts";
import type { DueSchedules, ScheduleAdvance } from "../../src/stores/schedule_store.ts";
import { calendarsOf } from "../../src/triggers/calendars_of.ts";
import { FireRules } from "./fire_rules.ts";
import type { Violations } from "./violations.ts";

/** What the book says of one schedule. */
interface BookedSchedule {
  record: ScheduleWrite;
  readonly firesWithJob: Set<number>;
  /** The version that was read last as due, and when by the store's clock: first and last. */
  due: { readonly version: number; readonly firstMs: number; readonly lastMs: number } | undefined;
}

/** A second account of all fire times: each is counted exactly once, as a job or as dropped. */
export class ScheduleBook {
  readonly schedules = new Map<number, BookedSchedule>();
  fires = 0;
  readonly #violations: Violations;
  readonly #rules: FireRules;

  constructor(violations: Violations) {
    this.#violations = violations;
    this.#rules = new FireRules(violations);
  }

  /** Schedules were written by hand. */
  written(records: readonly ScheduleRecord[]): void {
    for (const record of records) {
      const booked = this.schedules.get(record.seq);
      if (booked) booked.record = record;
      else this.schedules.set(record.seq, { record, firesWithJob: new Set(), due: undefined });
    }
  }

  /** Schedules were removed by hand. */
  removed(seq: number): void {
    this.schedules.delete(seq);
  }

  /** Somebody was told what is due. */
  due({ due, nowMs }: DueSchedules): void {
    for (const { schedule: { seq, version } } of due) {
      const booked = this.schedules.get(seq);
      if (!booked) continue;
      const firstMs = booked.due?.version === version ? Math.min(nowMs, booked.due.firstMs) : nowMs;
      const lastMs = booked.due?.version === version ? Math.max(nowMs, booked.due.lastMs) : nowMs;
      booked.due = { version, firstMs, lastMs };
    }
  }

  /** A schedule moved on, beside so many unfinished jobs. */
  advanced({ expected, schedule, jobs }: ScheduleAdvance, unfinished: number): void {
    const booked = this.schedules.get(expected.seq);
    if (!booked) return this.#violations.add(`schedule ${schedule.id} moved on after it was removed`);
    const before = booked.record;
    booked.record = schedule;
    for (const { fireTimeMs } of jobs) {
      this.#violations.unless(
        fireTimeMs !== null && !booked.firesWithJob.has(fireTimeMs),
        () => `schedule ${schedule.id} made a second job of the fire at ${fireTimeMs}`,
      );
      booked.firesWithJob.add(fireTimeMs!);
    }
    this.fires += jobs.length;
    this.#rules.overlap(schedule, jobs.length, unfinished);
    if (schedule.followsFinish || calendarsOf(schedule.trigger).length > 0) return;
    const withJob = jobs.map((job) => job.fireTimeMs!);
    this.#rules.account(before, schedule, withJob);
    if (booked.due?.version === expected.version) this.#rules.grace(before, schedule, withJob, booked.due);
  }
}
