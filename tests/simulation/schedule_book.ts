import type { ScheduleCounters, ScheduleRecord, ScheduleWrite } from "../../src/model/schedule_record.ts";
import type { ScheduleAdvance } from "../../src/stores/schedule_store.ts";
import { triggerFromJSON } from "../../src/triggers/trigger_from_json.ts";
import { Temporal } from "../../src/time/temporal.ts";
import type { Violations } from "./violations.ts";

/** What the book says of one schedule. */
interface BookedSchedule {
  record: ScheduleWrite;
  readonly firesWithJob: Set<number>;
}

/** A second account of all fire times: each is counted exactly once, as a job or as dropped. */
export class ScheduleBook {
  readonly schedules = new Map<number, BookedSchedule>();
  fires = 0;
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** Schedules were written by hand. */
  written(records: readonly ScheduleRecord[]): void {
    for (const record of records) {
      const booked = this.schedules.get(record.seq);
      if (booked) booked.record = record;
      else this.schedules.set(record.seq, { record, firesWithJob: new Set() });
    }
  }

  /** Schedules were removed by hand. */
  removed(seq: number): void {
    this.schedules.delete(seq);
  }

  /** A schedule moved on. */
  advanced({ expected, schedule, jobs }: ScheduleAdvance): void {
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
    if (!schedule.followsFinish) this.#account(before, schedule, jobs.map((job) => job.fireTimeMs!));
  }

  /** Every fire from the one that was next up to the last one of this step is in the counters once. */
  #account(before: ScheduleWrite, after: ScheduleWrite, withJob: readonly number[]): void {
    const counted = total(after.counters) - total(before.counters);
    if (counted === 0 && withJob.length === 0) return;
    const first = before.nextFireTimeMs;
    const last = after.lastFireTimeMs;
    if (first === null || last === null) {
      return this.#violations.add(`schedule ${after.id} fired without a fire time`);
    }
    const trigger = triggerFromJSON(after.trigger);
    const context = { anchor: Temporal.Instant.fromEpochMilliseconds(after.anchorMs) };
    const owed: number[] = [];
    for (let fire = trigger.nextAfterMs(first - 1, context); fire !== undefined && fire <= last;) {
      owed.push(fire);
      fire = trigger.nextAfterMs(fire, context);
    }
    const says = () =>
      `${first} to ${last}: ${owed.length} owed, ${counted} counted, next ${after.nextFireTimeMs}`;
    this.#violations.unless(owed[0] === first, () => `schedule ${after.id} lost its place, ${says()}`);
    this.#violations.unless(counted === owed.length, () => `schedule ${after.id} counts wrongly, ${says()}`);
    this.#violations.unless(
      withJob.every((fire) => owed.includes(fire)),
      () => `schedule ${after.id} fired at no fire time`,
    );
    const runs = after.counters.runs - before.counters.runs;
    this.#violations.unless(
      runs === withJob.length,
      () => `schedule ${after.id} counts ${runs} runs for ${withJob.length} jobs`,
    );
    const next = trigger.nextAfterMs(last, context) ?? null;
    const over = after.policies.maxRuns !== null && after.counters.runs >= after.policies.maxRuns;
    this.#violations.unless(
      after.nextFireTimeMs === (over ? null : next),
      () => `schedule ${after.id} goes on at the wrong time, ${says()}`,
    );
  }
}

/** How many fires are counted in all. */
export function total({ runs, missed, coalesced, skipped }: ScheduleCounters): number {
  return runs + missed + coalesced + skipped;
}
