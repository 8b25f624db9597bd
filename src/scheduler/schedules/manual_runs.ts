import { CarillonError } from "../../errors.ts";
import { refuseUnknownOptions } from "../../model/option_checks.ts";
import type { NewJob } from "../../model/job_record.ts";
import type { ScheduleRecord } from "../../model/schedule_record.ts";
import { taskMetadata } from "../../model/task_record.ts";
import { epochMsOf, type MomentInput } from "../../time/moment.ts";
import type { Environment } from "../environment.ts";
import type { JobHandle, JobHandles } from "../jobs/handles.ts";
import { scheduleJob } from "../jobs/job_write.ts";
import type { StoreUnit } from "../store_unit.ts";
import type { StoreUnits } from "../store_units.ts";
import { settingsOf } from "../tasks/task_input.ts";

/** Default of the largest number of fire times that one backfill makes into jobs. */
const BACKFILL_MAX = 1000;

/** The fire times to make into jobs by {@linkcode Scheduler.backfillSchedule}. */
export interface BackfillRange {
  /** First instant, inclusive. */
  readonly from: MomentInput;
  /** Last instant, inclusive; fires that are still to come are left to the schedule. */
  readonly until: MomentInput;
  /** Include the fire times that already have a job. @default false */
  readonly again?: boolean;
  /** Largest number of fire times; a range that holds more is refused. @default 1000 */
  readonly limit?: number;
}

/** Adds jobs of schedules on request: now, or for fire times of the past. */
export class ManualRuns {
  readonly #environment: Environment;
  readonly #units: StoreUnits;
  readonly #handles: JobHandles;

  constructor(environment: Environment, units: StoreUnits, handles: JobHandles) {
    this.#environment = environment;
    this.#units = units;
    this.#handles = handles;
  }

  /** Adds a job of a schedule now, outside its fire times. Throws `scheduleNotFound`. */
  async runNow(id: string): Promise<JobHandle> {
    const { unit, record } = await this.#units.schedule(id);
    const [job] = await this.#jobs(unit, record, [null], false);
    const { outcome } = await unit.adder.add(job!);
    return this.#handles.of({ unit, id: job!.id, outcome });
  }

  /** Makes the fire times of a range into jobs. Throws `scheduleNotFound` and `invalidOption`. */
  async backfill(id: string, range: BackfillRange): Promise<JobHandle[]> {
    refuseUnknownOptions(range, ["from", "until", "again", "limit"], "backfillSchedule");
    const { again = false } = range;
    const { unit, record } = await this.#units.schedule(id);
    const fireTimesMs = await this.#fireTimes(unit, record, range);
    const known = again ? [] : await unit.store.getFireTimes(record.seq, fireTimesMs);
    const taken = new Set(known);
    const missing = fireTimesMs.filter((fireTimeMs) => !taken.has(fireTimeMs));
    const jobs = await this.#jobs(unit, record, missing, again);
    const added = jobs.length > 0 ? await unit.adder.addAll(jobs) : [];
    return added.map((job) => this.#handles.of({ unit, id: job.id, outcome: job.outcome }));
  }

  async #fireTimes(
    unit: StoreUnit,
    record: ScheduleRecord,
    { from, until, limit = BACKFILL_MAX }: BackfillRange,
  ): Promise<readonly number[]> {
    const { timeZone } = this.#environment;
    const fromMs = epochMsOf(from, "from", timeZone);
    // What is still to come is the schedule's own.
    const untilMs = Math.min(epochMsOf(until, "until", timeZone, "down"), await unit.store.nowMs());
    await unit.triggers.refreshCalendars();
    const { trigger, context } = unit.triggers.read(record);
    const fireTimesMs: number[] = [];
    let next = trigger.nextAfterMs(fromMs - 1, context);
    while (next !== undefined && next <= untilMs) {
      if (fireTimesMs.length === limit) throw tooMany(record.id, limit);
      fireTimesMs.push(next);
      next = trigger.nextAfterMs(next, context);
    }
    return fireTimesMs;
  }

  async #jobs(
    unit: StoreUnit,
    record: ScheduleRecord,
    fireTimesMs: readonly (number | null)[],
    again: boolean,
  ): Promise<readonly NewJob[]> {
    const task = { name: record.taskName, code: this.#environment.registry.find(record.taskName) };
    const settings = await settingsOf(task, unit, this.#environment, record.policies.overrides);
    const stored = unit.tasks.get(task.name);
    const taskVersion = record.policies.inputVersion ?? stored?.version ?? 1;
    const metadata = stored ? taskMetadata(stored) : {};
    const nowMs = this.#environment.clock.nowMs();
    return fireTimesMs.map((fireTimeMs) =>
      scheduleJob(record, taskVersion, settings, metadata, { nowMs, fireTimeMs, again })
    );
  }
}

function tooMany(id: string, limit: number): CarillonError {
  return new CarillonError(
    "invalidOption",
    `The range holds more than ${limit} fire times of schedule '${id}'; take a smaller one or raise 'limit'`,
    { details: { scheduleId: id, limit } },
  );
}
