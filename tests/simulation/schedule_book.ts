import { isClockSetBack, type ScheduleRecord } from "../../src/model/schedule_record.ts";
import type { DueSchedules, ScheduleAdvance } from "../../src/stores/schedule_store.ts";
import { calendarsOf } from "../../src/triggers/definition.ts";
import type { BookedSchedule } from "./booked_schedule.ts";
import { CalendarBook } from "./calendar_book.ts";
import { CalendarRules } from "./calendar_rules.ts";
import { FireRules } from "./fire_rules.ts";
import type { Violations } from "./violations.ts";

/** A second account of all fire times: each is counted exactly once, as a job or as dropped. */
export class ScheduleBook {
  readonly schedules = new Map<number, BookedSchedule>();
  fires = 0;
  readonly #violations: Violations;
  readonly #rules: FireRules;
  readonly calendars = new CalendarBook();
  readonly calendarRules: CalendarRules;

  constructor(violations: Violations) {
    this.#violations = violations;
    this.#rules = new FireRules(violations);
    this.calendarRules = new CalendarRules(violations, this.calendars, this.#rules);
  }

  /** Schedules were written by hand. */
  written(records: readonly ScheduleRecord[], storeMs: number): void {
    for (const record of records) {
      const booked = this.schedules.get(record.seq);
      const isNew = JSON.stringify(booked?.record.trigger) !== JSON.stringify(record.trigger);
      const heededChanges = isNew ? this.calendarRules.heeded(record, storeMs) : booked!.heededChanges;
      if (booked) Object.assign(booked, { record, heededChanges });
      else this.schedules.set(record.seq, { record, firesWithJob: new Set(), due: undefined, heededChanges });
    }
  }

  /** Schedules were removed by hand. */
  removed(seq: number): void {
    this.schedules.delete(seq);
  }

  /** Schedules of these ids, or all, are to be planned anew. */
  replanned(ids: readonly string[] | undefined): void {
    for (const booked of this.schedules.values()) {
      if (ids !== undefined && !ids.includes(booked.record.id)) continue;
      booked.record = { ...booked.record, needsPlanning: true };
    }
  }

  /** Somebody was told what is due. */
  due({ due, nowMs }: DueSchedules): void {
    for (const { schedule: { seq, version } } of due) {
      const booked = this.schedules.get(seq);
      if (!booked) continue;
      const firstMs = booked.due?.version === version ? Math.min(nowMs, booked.due.firstMs) : nowMs;
      const lastMs = booked.due?.version === version ? Math.max(nowMs, booked.due.lastMs) : nowMs;
      const changes = this.calendars.changes(calendarsOf(booked.record.trigger));
      const calendarChanges = booked.due?.version === version ? booked.due.calendarChanges : changes;
      booked.due = { version, firstMs, lastMs, calendarChanges };
    }
  }

  /** A schedule moved on, beside so many unfinished jobs, and jobs of these fires. */
  advanced(
    { expected, schedule, jobs }: ScheduleAdvance,
    unfinished: number,
    taken: ReadonlySet<number | null>,
  ): void {
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
    const withJob = jobs.map((job) => job.fireTimeMs!);
    if (schedule.followsFinish) return;
    const names = calendarsOf(schedule.trigger);
    if (before.formerTrigger !== null || isClockSetBack(before, schedule.advancedAtMs)) {
      booked.heededChanges = booked.due?.calendarChanges ?? booked.heededChanges;
    }
    const former = before.formerTrigger?.trigger;
    // What calendars, or the ends of runs, said of fires that were owed before a change is not in this book.
    if (former && (former.kind === "fixedDelay" || names.length + calendarsOf(former).length > 0)) return;
    if (names.length > 0) {
      if (isClockSetBack(before, schedule.advancedAtMs)) return;
      return this.calendarRules.advanced(booked, before, { names, withJob, taken }, expected.version);
    }
    this.#rules.account(before, schedule, withJob, { taken, calendars: this.calendars.views });
    if (booked.due?.version === expected.version) this.#rules.grace(before, schedule, withJob, booked.due);
  }
}
