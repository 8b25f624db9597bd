import { CarillonError } from "../errors.ts";
import { checkChoice, refuseUnknownOptions } from "../model/option_checks.ts";
import {
  resolveScheduleOptions,
  type ScheduleArgs,
  type ScheduleSettings,
} from "../model/schedule_options.ts";
import type { InputOf, TaskReference } from "../registry/task_types.ts";
import type { ScheduleFilter } from "../stores/schedule_store.ts";
import { type MomentInput, momentMs, momentOf } from "../time/moment.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { type AddedJob, BACKFILL_MAX } from "./jobs/job_commands.ts";
import { wantedSchedule } from "./schedules/wanted_schedule.ts";
import { edited } from "./schedules/schedule_commands.ts";
import { editedSchedule, type ScheduleEditOptions } from "./schedules/schedule_edit.ts";
import { resumedFrom } from "./schedules/schedule_write.ts";
import type { JobHandle, RemoveScheduleOptions, ResumeOptions, ScheduleHandle } from "./jobs/handles.ts";
import { schedulesTable } from "./views/print_schedules.ts";
import { SchedulerCalendars } from "./scheduler_calendars.ts";
import { type Schedule, scheduleView } from "./views/schedule.ts";

/** Which schedules `getSchedules` answers; a missing key does not restrict. */
export interface SchedulesFilter extends ScheduleFilter {
  /** Alias of the store. @default all of them */
  readonly store?: string;
}

/** One schedule of a declared set. */
export type AppliedSchedule = ScheduleSettings & {
  readonly id: string;
  readonly task: TaskReference;
  readonly trigger: Trigger;
  readonly input?: unknown;
};

/** What a scheduler can do about schedules. */
export abstract class SchedulerSchedules extends SchedulerCalendars {
  /**
   * Stores a schedule: a task, when to run it, and what with. Adding the same id again changes what differs and
   * keeps its place (`conflictPolicy`). Works before the scheduler is started, and from inside a job.
   *
   * Throws `unknownTask`, `invalidInput`, `invalidOption`, `neverFires` or `scheduleExists`.
   *
   * @example
   * ```ts
   * import { interval, Scheduler, task } from "carillon";
   *
   * const greet = task({ name: "greet", run: () => "hello" });
   * await using scheduler = new Scheduler({ tasks: [greet] });
   * const handle = await scheduler.addSchedule(greet, interval({ hours: 1 }), { id: "hourly" });
   * console.assert((await handle.get()).taskName === "greet");
   * ```
   */
  async addSchedule<T extends TaskReference>(
    task: T,
    trigger: Trigger,
    ...[options]: ScheduleArgs<InputOf<T>>
  ): Promise<ScheduleHandle> {
    const settings: ScheduleSettings = options ?? {};
    const resolved = resolveScheduleOptions(settings, `schedule '${settings.id ?? "without id"}'`);
    const unit = await this.parts.units.open(resolved.store);
    const wanted = await wantedSchedule(task, trigger, resolved, null, this.parts.environment);
    const record = await this.parts.schedules.put(unit, wanted);
    return this.scheduleHandle(record.id);
  }

  /**
   * Makes a group exactly these schedules, in one step: new ones are added, changed ones changed, and those of
   * the group that are not in the list are removed. Nothing outside the group is touched.
   */
  async applySchedules(
    list: readonly AppliedSchedule[],
    options: { readonly group: string; readonly store?: string },
  ): Promise<{ readonly written: readonly Schedule[]; readonly removed: readonly string[] }> {
    const unit = await this.parts.units.open(options.store);
    refuseTwice(list.map((entry) => entry.id));
    const wanted = await Promise.all(list.map(({ task, trigger, ...settings }) => {
      const resolved = resolveScheduleOptions(settings, `schedule '${settings.id}'`);
      return wantedSchedule(task, trigger, resolved, options.group, this.parts.environment);
    }));
    const { written, removed } = await this.parts.schedules.apply(unit, options.group, wanted);
    return { written: written.map(scheduleView), removed };
  }

  /** A schedule, to look at and to change. Throws `scheduleNotFound`. */
  async getSchedule(id: string): Promise<ScheduleHandle> {
    await this.parts.units.schedule(id);
    return this.scheduleHandle(id);
  }

  /** The schedules that match, by next fire time. */
  async getSchedules({ store, ...filter }: SchedulesFilter = {}): Promise<Schedule[]> {
    return (await this.parts.schedules.list(filter, store)).map(scheduleView);
  }

  /** Changes a schedule; a new trigger fires next at its first fire from now on. Throws `scheduleNotFound`. */
  async updateSchedule(id: string, change: ScheduleEditOptions): Promise<Schedule> {
    const edit = await editedSchedule(id, change, this.parts.environment, this.parts.units);
    return scheduleView(await this.parts.schedules.edit(id, edit));
  }

  /** Removes a schedule. Its jobs stay, or are cancelled. Throws `scheduleNotFound`. */
  async removeSchedule(id: string, options: RemoveScheduleOptions = {}): Promise<void> {
    const where = `removing schedule '${id}'`;
    refuseUnknownOptions(options, ["jobs"], where);
    const jobs = checkChoice(options.jobs ?? "keep", "jobs", where, ["keep", "cancel"]);
    await this.parts.schedules.remove(id, jobs);
  }

  /** Stops a schedule from firing until it is resumed. Throws `scheduleNotFound`. */
  async pauseSchedule(id: string): Promise<Schedule> {
    const record = await this.parts.schedules.edit(
      id,
      (before) => before.paused ? undefined : edited(before, { paused: true }),
    );
    return scheduleView(record);
  }

  /** Lets a paused schedule fire again. Throws `scheduleNotFound`. */
  async resumeSchedule(id: string, options: ResumeOptions = {}): Promise<Schedule> {
    refuseUnknownOptions(options, ["resumeFrom"], `resuming schedule '${id}'`);
    const { timeZone } = this;
    const { resumeFrom } = options;
    const record = await this.parts.schedules.edit(id, (before, facts) => {
      if (!before.paused) return undefined;
      if (resumeFrom === undefined) return edited(before, { paused: false });
      const fromMs = resumeFrom === "now"
        ? facts.nowMs
        : momentMs(momentOf(resumeFrom, "resumeFrom"), timeZone);
      return { ...resumedFrom(before, fromMs, facts), paused: false };
    });
    return scheduleView(record);
  }

  /** Adds a job of a schedule now, outside its fire times. Throws `scheduleNotFound`. */
  async runScheduleNow(id: string): Promise<JobHandle> {
    return this.jobHandle(await this.parts.jobs.runScheduleNow(id));
  }

  /**
   * Makes the fire times of a range into jobs that run now, leaving out those that already have one. Throws
   * `scheduleNotFound`, and `invalidOption` when the range holds more than `limit`.
   */
  async backfillSchedule(
    id: string,
    range: {
      /** First instant, inclusive. */
      readonly from: MomentInput;
      /** Last instant, inclusive. */
      readonly until: MomentInput;
      /** Also the fire times that already have a job. @default false */
      readonly again?: boolean;
      /** How many fire times at most. @default 1000 */
      readonly limit?: number;
    },
  ): Promise<JobHandle[]> {
    refuseUnknownOptions(range, ["from", "until", "again", "limit"], "backfillSchedule");
    const added = await this.parts.jobs.backfill(id, {
      fromMs: momentMs(momentOf(range.from, "from"), this.timeZone),
      untilMs: momentMs(momentOf(range.until, "until"), this.timeZone, "down"),
      again: range.again ?? false,
      limit: range.limit ?? BACKFILL_MAX,
    });
    return added.map((job) => this.jobHandle(job));
  }

  /** A table of all schedules as text, also written out line by line when told where. */
  async printSchedules(options: { readonly write?: (line: string) => void } = {}): Promise<string> {
    const text = schedulesTable(await this.getSchedules(), this.timeZone);
    if (options.write) text.split("\n").forEach(options.write);
    return text;
  }

  /** A handle of the job that a call added. */
  protected abstract jobHandle(added: AddedJob): JobHandle;

  /** A handle of a schedule. */
  protected scheduleHandle(id: string): ScheduleHandle {
    return {
      id,
      get: async () => scheduleView((await this.parts.units.schedule(id)).record),
      update: (change) => this.updateSchedule(id, change),
      pause: () => this.pauseSchedule(id),
      resume: (options) => this.resumeSchedule(id, options),
      runNow: () => this.runScheduleNow(id),
      remove: (options) => this.removeSchedule(id, options),
    };
  }
}

function refuseTwice(ids: readonly string[]): void {
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice === undefined) return;
  throw new CarillonError("invalidOption", `Schedule id '${twice}' is in the list twice; give each its own`);
}
