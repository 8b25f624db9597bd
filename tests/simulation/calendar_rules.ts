import type { ScheduleRecord, ScheduleWrite } from "../../src/model/schedule_record.ts";
import { Temporal } from "../../src/time/temporal.ts";
import { calendarsOf } from "../../src/triggers/definition.ts";
import { triggerFromJSON } from "../../src/triggers/trigger_registry.ts";
import type { BookedSchedule } from "./booked_schedule.ts";
import type { CalendarBook } from "./calendar_book.ts";
import { countedFires } from "./counted_fires.ts";
import type { FireRules } from "./fire_rules.ts";
import type { Violations } from "./violations.ts";

/** Rules for schedules that use calendars: each step follows the calendars in force. */
export class CalendarRules {
  readonly #announced = new Map<string, number>();
  readonly #violations: Violations;
  readonly #calendars: CalendarBook;
  readonly #rules: FireRules;

  constructor(violations: Violations, calendars: CalendarBook, rules: FireRules) {
    this.#violations = violations;
    this.#calendars = calendars;
    this.#rules = rules;
  }

  /** Somebody was told that a calendar is changed: from then on the schedules that use it heed so many changes. */
  announced(name: string, changes: number): void {
    this.#announced.set(name, Math.max(changes, this.#announced.get(name) ?? 0));
  }

  /** Number of changes that a schedule takes into account as it was just written. */
  heeded(record: ScheduleRecord, storeMs: number): number {
    const { trigger: json, nextFireTimeMs: next, needsPlanning } = record;
    const names = calendarsOf(json);
    // Its next fire is one of its former trigger.
    if (names.length === 0 || needsPlanning || record.formerTrigger !== null) {
      return this.#calendars.changes(names);
    }
    const [trigger, context] = [triggerFromJSON(json), this.#contextOf(record)];
    const isFire = next === null || trigger.nextAfterMs(next - 1, context) === next;
    const isFirst = (trigger.nextAfterMs(storeMs, context) ?? Infinity) >= (next ?? Infinity);
    return isFire && isFirst ? this.#calendars.changes(names) : -1;
  }

  /** A schedule moved on that was as in `before`. */
  advanced(
    booked: BookedSchedule,
    before: ScheduleWrite,
    { names, withJob, taken }: {
      readonly names: readonly string[];
      readonly withJob: readonly number[];
      readonly taken: ReadonlySet<number | null>;
    },
    version: number,
  ): void {
    const { due, record: after } = booked;
    const holds = (rule: boolean, what: string) =>
      this.#violations.unless(rule, () => `schedule ${after.id} ${what}, next ${after.nextFireTimeMs}`);
    if (due === undefined || due.version !== version || after.status === "failed") return;
    booked.heededChanges = due.calendarChanges;
    // Who read it before the calendar was changed may go by the old one: then it is planned anew.
    if (due.calendarChanges !== this.#calendars.changes(names)) return;
    const first = this.#firstFire(before, due.firstMs);
    if (first !== this.#firstFire(before, due.lastMs)) return;
    if (first !== null && first <= due.firstMs) {
      const counted = countedFires(after.counters) - countedFires(before.counters);
      holds(counted > 0 || taken.has(first), `counts no fire, but that at ${first} is owed`);
      this.#rules.account(before, after, withJob, { first, taken, calendars: this.#calendars.views });
    } else if (first === null || first > due.lastMs) {
      holds(withJob.length === 0, `fired at ${withJob}, when its calendar lets it not`);
      holds(after.nextFireTimeMs === first, `is planned by a calendar that was changed: not at ${first}`);
    }
  }

  /** Nothing happens any more: what is stored heeds all changes that were announced. */
  atTheEnd({ record, heededChanges }: BookedSchedule, needsPlanning: boolean): void {
    const names = calendarsOf(record.trigger);
    const announced = names.reduce((sum, name) => sum + (this.#announced.get(name) ?? 0), 0);
    this.#violations.unless(
      needsPlanning || record.followsFinish || record.status === "failed" || heededChanges >= announced,
      () => `schedule ${record.id} is ${record.status} and heeds ${heededChanges} of ${announced} changes`,
    );
  }

  /** The fire that a schedule waits for under the calendars in force. */
  #firstFire(before: ScheduleWrite, nowMs: number): number | null {
    const { trigger: json, nextFireTimeMs, lastFireTimeMs, needsPlanning } = before;
    const fromMs = needsPlanning ? Math.min(nextFireTimeMs ?? nowMs, nowMs) : nextFireTimeMs ?? nowMs;
    const afterMs = Math.max(fromMs - 1, lastFireTimeMs ?? -Infinity);
    return triggerFromJSON(json).nextAfterMs(afterMs, this.#contextOf(before)) ?? null;
  }

  #contextOf({ anchorMs }: ScheduleWrite) {
    const anchor = Temporal.Instant.fromEpochMilliseconds(anchorMs);
    return { anchor, calendars: this.#calendars.views };
  }
}
